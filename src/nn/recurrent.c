/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/recurrent.h"

#include "nn/bidirectional.h"
#include "nn/compiler.h"
#include "nn/random.h"

#include <string.h>

/* A layer without gates has one function. */
static const struct args *gate_function(const struct args *self)
{
    for (size_t i = 0; i < self->entry->arg_count; i++)
        if (strcmp(self->entry->args[i].name, "recurrent_activation") == 0)
            return self->arg[i].as.call;
    return NULL;
}

static int check_function(const struct args *self, const char *name, struct err *e)
{
    const struct arg *a = args_get(self, name);
    const struct args *function = a->as.call;
    const enum activation code = activation_use(function).code;
    if (!activation_work(function) && code != ACT_SOFTMAX)
        return 0;
    err_at(e, a->where, "%s works number by number within its steps, and %s does not",
           self->entry->name, function->entry->name);
    return err_hint(e, "put a layer behind it: activation %s", function->entry->name);
}

int recurrent_shape(const struct args *self, const struct shape *in, struct shape *out,
                    struct err *e)
{
    const uint32_t units = (uint32_t)args_whole(self, "units");
    char text[80];
    if (in->axes != 2) {
        err_at(e, self->where, "%s takes steps x features, and its input is %s", self->entry->name,
               shape_text(in, text, sizeof text));
        return err_hint(e,
                        in->axes < 2
                            ? "give it a time axis: input 20x2, reshape 20x2, or sequences=yes "
                              "of the recurrent layer before it"
                            : "reshape joins axes; timedistributed %s works behind "
                              "the first one",
                        self->entry->name);
    }
    if (check_function(self, "activation", e) ||
        (gate_function(self) && check_function(self, "recurrent_activation", e)))
        return -1;
    *out = args_yes(self, "sequences") ? (struct shape){.axes = 2, .size = {in->size[0], units}}
                                       : shape_of(units);
    return 0;
}

size_t recurrent_weights(const struct args *self, const struct shape *in, struct weight_spec *w,
                         uint32_t gates, uint32_t biases)
{
    const uint32_t units = (uint32_t)args_whole(self, "units"), columns = gates * units;
    w[0] = (struct weight_spec){.name = "kernel",
                                .shape = {.axes = 2, .size = {shape_last(in), columns}},
                                .init = "kernel_init",
                                .constraint = "kernel_constraint",
                                .decay = "kernel_decay"};
    w[1] = (struct weight_spec){.name = "recurrent",
                                .shape = {.axes = 2, .size = {units, columns}},
                                .init = "recurrent_init",
                                .constraint = "recurrent_constraint",
                                .decay = "recurrent_decay"};
    w[2] = (struct weight_spec){.name = "bias",
                                .shape = biases ? (struct shape){2, {biases, columns}}
                                                : shape_of(columns),
                                .init = "bias_init",
                                .constraint = "bias_constraint",
                                .decay = "bias_decay"};
    return args_yes(self, "use_bias") ? 3 : 2;
}

/* What is left out: y (+)= x m / (1 - rate), m being 0 with probability rate and else 1; x may be
 * missing for 1. */
struct drop {
    double rate;
    const char *purpose;
};

static void run_drop(const struct step *s, const struct frame *f)
{
    const struct drop *d = s->settings;
    const uint64_t key = rng_key(f->seed, d->purpose, f->plan->graph->call[s->call].name, f->step);
    const size_t n = s->rows ? frame_rows(f, s) * s->cols : s->cols, first = noise_first(s, f);
    const real *x = f->at[s->x[0]], kept = (real)(1 / (1 - d->rate));
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < n; i++) {
        const real v = rng_uniform(key, first + i) < d->rate ? 0 : x ? x[i] * kept : kept;
        y[i] = s->add[0] ? y[i] + v : v;
    }
}

static const struct op_kind op_drop_inputs = {.name = "dropout", .run = run_drop},
                            op_drop_states = {.name = "recurrent_dropout", .run = run_drop},
                            op_drop_kernel = {.name = "recurrent_kernel_dropout", .run = run_drop};
const struct op_kind *const recurrent_draws[] = {&op_drop_inputs, NULL};
const char *const recurrent_noises[] = {"recurrent_dropout", "recurrent_kernel_dropout", NULL};

bool recurrent_is_usual(const struct recurrent *r)
{
    return r->inner.code == ACT_SIGMOID && r->outer.code == ACT_TANH;
}

void recurrent_activate(struct activation_use a, size_t rows, size_t cols, size_t from,
                        size_t units, real *y, real *z)
{
    for (size_t i = 0; i < rows; i++) {
        real *at = y + i * cols + from;
        if (z)
            memcpy(z + i * cols + from, at, units * sizeof *z);
        kernels()->activate(a.code, a.parameter, 1, units, NULL, at, NULL, NULL);
    }
}

void recurrent_deactivate(struct activation_use a, size_t rows, size_t cols, size_t from,
                          size_t units, const real *y, const real *z, real *d)
{
    const struct powers none = {0};
    for (size_t i = 0; i < rows; i++) {
        const size_t at = i * cols + from;
        kernels()->deactivate(a.code, a.parameter, 1, units, y + at, z ? z + at : NULL, none, true,
                              d + at, NULL, false);
    }
}

void recurrent_carry(const struct pass_through *p, gemm_run *run, size_t columns, const real *d,
                     const real *by, bool add)
{
    const size_t n = p->rows * p->of->units;
    if (!p->drop_on) {
        run(p->rows, p->of->units, columns, d, by, p->dbefore, add);
        return;
    }
    run(p->rows, p->of->units, columns, d, by, p->through, false);
    for (size_t i = 0; i < n; i++)
        p->dbefore[i] = p->through[i] * p->drop_on[i] + (add ? p->dbefore[i] : 0);
}

/* How many of so many rows take a moment each. */
static size_t rows_of_moment(size_t m, size_t n)
{
    const double moment = 5e8, rows = moment / ((double)m * (double)n + 1);
    enum { LEAST = 32 };
    return rows < LEAST ? LEAST : rows < 1e9 ? (size_t)rows : (size_t)1e9;
}

void recurrent_sum(const struct pass_through *p, gemm_run *run, size_t m, size_t n, size_t k,
                   const real *a, const real *b, real *c, bool add)
{
    const size_t most = rows_of_moment(m, n);
    if (!k && !add)
        memset(c, 0, m * n * sizeof *c);
    for (size_t done = 0, some; done < k && !(done && stop_asked(p->frame->stop)); done += some) {
        some = k - done < most ? k - done : most;
        run(m, n, some, a + done * m, b + done * n, c, add || done);
    }
}

void recurrent_finish(const struct pass_through *p)
{
    const struct recurrent *r = p->of;
    const size_t columns = gate_columns(r), later = (r->steps - 1) * p->rows;
    if (p->drecurrent)
        recurrent_sum(p, r->run_on_weight, r->units, columns, later, seen_before(p, 1),
                      p->d + p->rows * columns, p->drecurrent, p->add_recurrent);
    if (p->dbias)
        kernels()->columns(r->steps * p->rows, columns, p->d, p->dbias, p->add_bias);
}

/* c[m][n] (+)= a[m][k] by b, in parts of rows. */
static void product_of_rows(const struct pass_through *p, gemm_run *run, size_t m, size_t n,
                            size_t k, const real *a, const real *b, real *c)
{
    const size_t most = rows_of_moment(n, k);
    for (size_t done = 0, some; done < m && !(done && stop_asked(p->frame->stop)); done += some) {
        some = m - done < most ? m - done : most;
        run(some, n, k, a + done * k, b, c + done * n, false);
    }
}

/* Which step in time the t-th one that runs is. */
static size_t time_of(const struct recurrent *r, size_t t)
{
    return r->backwards ? r->steps - 1 - t : t;
}

/* Where its output stands. */
static size_t place_of(const struct recurrent *r, size_t t)
{
    return r->aligned ? time_of(r, t) : t;
}

static bool is_masked(const struct pass_through *p, size_t t, size_t row)
{
    const struct recurrent *r = p->of;
    return p->valid && p->valid[row * r->steps + time_of(r, t)] == 0;
}

/* The rows from *from on that are alike in step t; whether they are masked. */
static bool rows_alike(const struct pass_through *p, size_t t, size_t from, size_t *to)
{
    const bool masked = is_masked(p, t, from);
    *to = p->valid ? from + 1 : p->rows;
    while (*to < p->rows && is_masked(p, t, *to) == masked)
        ++*to;
    return masked;
}

static void copy_rows(real *to, const real *from, size_t row, size_t end, size_t each)
{
    if (to)
        memcpy(to + row * each, from + row * each, (end - row) * each * sizeof *to);
}

static void clear_rows(real *of, size_t row, size_t end, size_t each)
{
    if (of)
        memset(of + row * each, 0, (end - row) * each * sizeof *of);
}

/* The inputs, step after step. */
static void gather_inputs(const struct pass_through *p, const real *x)
{
    const struct recurrent *r = p->of;
    for (size_t t = 0; t < r->steps; t++) {
        real *to = step_array(p, p->x, t, r->inputs);
        const real *from = x + time_of(r, t) * r->inputs;
        for (size_t i = 0; i < p->rows; i++)
            memcpy(to + i * r->inputs, from + i * r->steps * r->inputs, r->inputs * sizeof *to);
        for (size_t i = 0; p->drop_in && i < p->rows * r->inputs; i++)
            to[i] *= p->drop_in[i];
    }
}

static void scatter_input_grad(const struct pass_through *p, const real *d, real *dx, bool add)
{
    const struct recurrent *r = p->of;
    for (size_t t = 0; t < r->steps; t++)
        for (size_t i = 0; i < p->rows; i++) {
            const real *from = d + (t * p->rows + i) * r->inputs;
            const real *drop = p->drop_in ? p->drop_in + i * r->inputs : NULL;
            real *to = dx + (i * r->steps + time_of(r, t)) * r->inputs;
            for (size_t j = 0; j < r->inputs; j++)
                to[j] = from[j] * (drop ? drop[j] : R(1.0)) + (add ? to[j] : 0);
        }
}

static void scatter_outputs(const struct pass_through *p, real *y)
{
    const struct recurrent *r = p->of;
    const real *from = p->output + p->rows * r->units;
    if (!r->sequences) {
        memcpy(y, step_array(p, p->output, r->steps, r->units), p->rows * r->units * sizeof *y);
        return;
    }
    for (size_t t = 0; t < r->steps; t++)
        for (size_t i = 0; i < p->rows; i++, from += r->units)
            memcpy(y + (i * r->steps + place_of(r, t)) * r->units, from, r->units * sizeof *y);
}

/* doutput += what came to step t's output from above. */
static void take_output_grad(const struct pass_through *p, size_t t, const real *dy)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units;
    if (!r->sequences && t + 1 == r->steps)
        memcpy(p->doutput, dy, p->rows * n * sizeof *dy);
    for (size_t i = 0; r->sequences && i < p->rows; i++) {
        const real *from = dy + (i * r->steps + place_of(r, t)) * n;
        if (t + 1 == r->steps)
            memcpy(p->doutput + i * n, from, n * sizeof *dy);
        else
            for (size_t j = 0; j < n; j++)
                p->doutput[i * n + j] += from[j];
    }
}

/* Masked rows stay as they were. */
static void step_forward(const struct pass_through *p, size_t t)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units;
    if (p->dropped)
        for (size_t i = 0; i < p->rows * n; i++)
            p->dropped[t * p->rows * n + i] = p->output[t * p->rows * n + i] * p->drop_on[i];
    r->cell->product(p, t);
    for (size_t from = 0, to; from < p->rows; from = to) {
        if (!rows_alike(p, t, from, &to)) {
            r->cell->forward(p, t, from, to);
            continue;
        }
        copy_rows(step_array(p, p->output, t + 1, n), step_array(p, p->output, t, n), from, to, n);
        copy_rows(step_array(p, p->state, t + 1, n), step_array(p, p->state, t, n), from, to, n);
        clear_rows(step_array(p, p->kept, t, n), from, to, n);
    }
}

/* Masked rows: the gradient goes on as it is. */
static void step_backward(struct pass_through *p, size_t t)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, columns = gate_columns(r);
    for (size_t from = 0, to; from < p->rows; from = to)
        if (rows_alike(p, t, from, &to)) {
            clear_rows(step_array(p, p->d, t, columns), from, to, columns);
            clear_rows(step_array(p, p->dinner, t, columns), from, to, columns);
            clear_rows(p->dbefore, from, to, n);
        } else {
            r->cell->backward(p, t, from, to);
        }
    if (t == 0)
        return;
    r->cell->carry(p, t);
    for (size_t from = 0, to; from < p->rows; from = to)
        if (rows_alike(p, t, from, &to))
            copy_rows(p->dbefore, p->doutput, from, to, n);
    real *next = p->dbefore;
    p->dbefore = p->doutput;
    p->doutput = next;
}

/* The arrays that last, one behind the other; each: their numbers a row. */
static size_t lay_out_saved(const struct recurrent *r, struct pass_through *p, real *at)
{
    const size_t columns = gate_columns(r), n = r->units, steps = r->steps;
    const struct {
        real **array;
        size_t each;
    } parts[] = {
        {&p->x, steps * r->inputs},
        {&p->gate, steps * columns},
        {&p->output, (steps + 1) * n},
        {&p->state, r->cell->has_state ? (steps + 1) * n : 0},
        {&p->kept, r->cell->has_kept ? steps * n : 0},
        {&p->z, r->keeps_z ? steps * columns : 0},
        {&p->dropped, r->drops ? steps * n : 0},
    };
    size_t each = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *parts[i].array = parts[i].each && at ? at + each * p->rows : NULL;
        each += parts[i].each;
    }
    return each;
}

/* And those to work in on the way back, behind the cell's room. */
static size_t lay_out_backward(const struct recurrent *r, struct pass_through *p, real *at)
{
    const size_t columns = gate_columns(r), n = r->units, steps = r->steps;
    const struct {
        real **array;
        size_t each;
    } parts[] = {
        {&p->d, steps * columns},
        {&p->dinner, r->cell->has_inner ? steps * columns : 0},
        {&p->doutput, n},
        {&p->dbefore, n},
        {&p->dstate, n},
        {&p->through, n},
        {&p->room, r->cell->room_each ? r->cell->room_each(r) : 0},
    };
    size_t each = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *parts[i].array = parts[i].each && at ? at + each * p->rows : NULL;
        each += parts[i].each;
    }
    return each;
}

static size_t whole_room(const struct recurrent *r)
{
    return r->cell->room_all ? r->cell->room_all(r) : 0;
}

enum { X_INPUT, X_KERNEL, X_RECURRENT, X_BIAS, X_MASK, X_SAVED, X_OUTPUT_GRAD = X_BIAS };
enum { MORE_DROP_IN, MORE_DROP_ON, MORES };

static struct pass_through pass_of(const struct step *s, const struct frame *f, real *saved)
{
    struct pass_through p = {.of = s->settings,
                             .frame = f,
                             .rows = frame_rows(f, s),
                             .kernel = f->at[s->x[X_KERNEL]],
                             .recurrent = f->at[s->x[X_RECURRENT]],
                             .valid = f->at[s->x[X_MASK]],
                             .drop_in = f->at[s->more[MORE_DROP_IN]],
                             .drop_on = f->at[s->more[MORE_DROP_ON]]};
    lay_out_saved(p.of, &p, saved);
    return p;
}

static void run_forward(const struct step *s, const struct frame *f)
{
    struct pass_through p = pass_of(s, f, f->at[s->y[1]]);
    const struct recurrent *r = p.of;
    const size_t columns = gate_columns(r);
    p.bias = f->at[s->x[X_BIAS]];
    p.whole = frame_scratch(f);
    p.room = p.whole + whole_room(r);
    gather_inputs(&p, f->at[s->x[X_INPUT]]);
    product_of_rows(&p, r->run_in, r->steps * p.rows, columns, r->inputs, p.x, p.kernel, p.gate);
    memset(p.output, 0, p.rows * r->units * sizeof *p.output);
    if (p.state)
        memset(p.state, 0, p.rows * r->units * sizeof *p.state);
    if (r->cell->prepare)
        r->cell->prepare(&p);
    for (size_t t = 0; t < r->steps && !stop_asked(f->stop); t++)
        step_forward(&p, t);
    scatter_outputs(&p, f->at[s->y[0]]);
}

static void transpose(size_t rows, size_t cols, const real *x, real *to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            to[j * rows + i] = x[i * cols + j];
}

static void run_backward(const struct step *s, const struct frame *f)
{
    struct pass_through p = pass_of(s, f, f->at[s->x[X_SAVED]]);
    const struct recurrent *r = p.of;
    const size_t columns = gate_columns(r), all = r->steps * p.rows;
    real *dx = f->at[s->y[0]], *dkernel = f->at[s->y[1]];
    p.turned = frame_scratch(f);
    p.whole = p.turned + columns * r->units;
    real *steps = p.whole + whole_room(r);
    real *dsteps = steps + lay_out_backward(r, &p, steps) * p.rows;
    p.drecurrent = f->at[s->y[2]];
    p.dbias = f->at[s->y[3]];
    p.add_recurrent = s->add[2];
    p.add_bias = s->add[3];
    if (r->cell->prepare)
        r->cell->prepare(&p);
    else
        transpose(r->units, columns, p.recurrent, p.turned);
    memset(p.dstate, 0, p.rows * r->units * sizeof *p.dstate);
    memset(p.doutput, 0, p.rows * r->units * sizeof *p.doutput);
    for (size_t t = r->steps; t-- > 0 && !stop_asked(f->stop);) {
        take_output_grad(&p, t, f->at[s->x[X_OUTPUT_GRAD]]);
        step_backward(&p, t);
    }
    r->cell->finish(&p);
    if (dkernel)
        recurrent_sum(&p, r->run_in_weight, r->inputs, columns, all, p.x, p.d, dkernel, s->add[1]);
    if (!dx)
        return;
    product_of_rows(&p, r->run_in_grad, all, r->inputs, columns, p.d, p.kernel, dsteps);
    scatter_input_grad(&p, dsteps, dx, s->add[0]);
}

static double forward_flops(const struct step *s)
{
    const struct recurrent *r = s->settings;
    return 2.0 * (double)(s->rows * r->steps * gate_columns(r)) * (double)(r->inputs + r->units);
}

static double backward_flops(const struct step *s)
{
    return 2 * forward_flops(s);
}

static const struct op_kind op_recurrent = {
    .name = "recurrent", .run = run_forward, .flops = forward_flops};
static const struct op_kind op_recurrent_grad = {
    .name = "recurrent_grad", .run = run_backward, .flops = backward_flops};

/* Which of a call's own arrays stand where. */
struct own_arrays {
    size_t drop_in, drop_on, kernel, kernel_grad, saved;
    bool drops_in, drops_on, drops_kernel;
};

static bool draws(const struct planner *p, id call, const char *amount)
{
    return planner_mode(p) == MODE_TRAIN && args_get(planner_layer(p, call)->args, amount)->given;
}

static struct own_arrays own_arrays_of(const struct planner *p, id call)
{
    struct own_arrays a = {.drops_in = draws(p, call, "dropout"),
                           .drops_on = draws(p, call, "recurrent_dropout"),
                           .drops_kernel = draws(p, call, "recurrent_kernel_dropout")};
    size_t n = 0;
    a.drop_in = a.drops_in ? n++ : 0;
    a.drop_on = a.drops_on ? n++ : 0;
    a.kernel = a.drops_kernel ? n++ : 0;
    a.kernel_grad = a.drops_kernel ? n++ : 0;
    a.saved = n;
    return a;
}

/* Whether the call is of a half of a bidirectional layer, whose steps come out in their order. */
static bool is_half(const struct planner *p, id call)
{
    const id parent = planner_layer(p, call)->parent;
    return parent != NOTHING && p->g->layer[parent].kind == &bidirectional_kind;
}

bool recurrent_turns(const struct graph *g, id layer)
{
    const struct layer *l = &g->layer[layer];
    const bool half = l->parent != NOTHING && g->layer[l->parent].kind == &bidirectional_kind;
    return args_yes(l->args, "backwards") && args_yes(l->args, "sequences") && !half;
}

/* Rows of the layer's shape in a sample. */
static size_t rows_of(const struct planner *p, id call)
{
    const struct shape *in = planner_input_shape(p, call, 0);
    return shape_count(in) / (in->size[in->axes - 2] * in->size[in->axes - 1]);
}

static struct recurrent settings_of(const struct planner *p, id call, const struct cell *cell)
{
    const struct layer *l = planner_layer(p, call);
    const struct shape *in = planner_input_shape(p, call, 0);
    const size_t rows = rows_of(p, call) * p->p->capacity;
    struct recurrent r = {.cell = cell,
                          .steps = in->size[in->axes - 2],
                          .inputs = in->size[in->axes - 1],
                          .units = (size_t)args_whole(l->args, "units"),
                          .sequences = args_yes(l->args, "sequences"),
                          .backwards = args_yes(l->args, "backwards"),
                          .aligned = is_half(p, call),
                          .drops = draws(p, call, "recurrent_dropout"),
                          .outer = activation_use(args_get(l->args, "activation")->as.call)};
    r.inner = activation_use(gate_function(l->args));
    r.keeps_z = activation_keeps_z(r.outer.code) || activation_keeps_z(r.inner.code);
    const size_t columns = gate_columns(&r), all = rows * r.steps;
    r.run_in = gemm_choose(PRODUCT_NN, all, columns, r.inputs);
    r.run_in_weight = gemm_choose(PRODUCT_TN, r.inputs, columns, all);
    r.run_in_grad = gemm_choose(PRODUCT_NT, all, r.inputs, columns);
    r.run_on = gemm_choose(PRODUCT_NN, rows, columns, r.units);
    r.run_on_weight = gemm_choose(PRODUCT_TN, r.units, columns, all);
    r.run_on_grad = gemm_choose(PRODUCT_NN, rows, r.units, columns);
    return r;
}

static struct step drop_step(struct planner *p, id call, const struct op_kind *op, size_t rows,
                             size_t cols)
{
    const struct drop d = {.rate = args_number(planner_layer(p, call)->args, op->name),
                           .purpose = op->name};
    return (struct step){
        .op = op, .settings = planner_settings(p, &d, sizeof d), .rows = rows, .cols = cols};
}

/* What is left out in this step, as arrays that last. */
static void emit_drops(struct planner *p, id call, const struct recurrent *r,
                       const struct own_arrays *own)
{
    const size_t rows = rows_of(p, call);
    if (own->drops_in) {
        struct step s = drop_step(p, call, &op_drop_inputs, rows, r->inputs);
        s.y[0] = planner_save(p, call, rows * r->inputs, 0);
        planner_emit(p, call, &s);
    }
    if (own->drops_on) {
        struct step s = drop_step(p, call, &op_drop_states, rows, r->units);
        s.y[0] = planner_save(p, call, rows * r->units, 0);
        planner_emit(p, call, &s);
    }
    if (own->drops_kernel) {
        struct step s = drop_step(p, call, &op_drop_kernel, 0, r->units * gate_columns(r));
        s.x[0] = planner_weight(p, call, "recurrent");
        s.y[0] = planner_save(p, call, 0, s.cols);
        planner_save(p, call, 0, s.cols);
        planner_emit(p, call, &s);
    }
}

/* A step with what both ways read. */
static struct step step_of(struct planner *p, id call, const struct op_kind *op,
                           const struct recurrent *r, const struct own_arrays *own)
{
    uint32_t *more = planner_new(p, MORES, sizeof *more);
    struct step s = {.op = op,
                     .settings = planner_settings(p, r, sizeof *r),
                     .more = more,
                     .mores = MORES,
                     .rows = rows_of(p, call),
                     .cols = r->units};
    s.x[X_INPUT] = planner_input(p, call, 0);
    s.x[X_KERNEL] = planner_weight(p, call, "kernel");
    s.x[X_RECURRENT] = own->drops_kernel ? planner_saved(p, call, own->kernel)
                                         : planner_weight(p, call, "recurrent");
    s.x[X_MASK] = planner_mask(p, call);
    if (!more)
        return s;
    more[MORE_DROP_IN] = own->drops_in ? planner_saved(p, call, own->drop_in) : NO_OPERAND;
    more[MORE_DROP_ON] = own->drops_on ? planner_saved(p, call, own->drop_on) : NO_OPERAND;
    return s;
}

void recurrent_forward(struct planner *p, id call, const struct cell *cell)
{
    const struct recurrent r = settings_of(p, call, cell);
    const struct own_arrays own = own_arrays_of(p, call);
    struct pass_through none = {0};
    const size_t rows = rows_of(p, call);
    emit_drops(p, call, &r, &own);
    const uint32_t saved = planner_save(p, call, rows * lay_out_saved(&r, &none, NULL), 0);
    struct step s = step_of(p, call, &op_recurrent, &r, &own);
    s.x[X_BIAS] = planner_weight(p, call, "bias");
    s.y[0] = planner_output(p, call);
    s.y[1] = saved;
    planner_scratch(p, rows * (cell->room_each ? cell->room_each(&r) : 0), whole_room(&r));
    planner_emit(p, call, &s);
}

void recurrent_backward(struct planner *p, id call, const struct cell *cell)
{
    const struct recurrent r = settings_of(p, call, cell);
    const struct own_arrays own = own_arrays_of(p, call);
    struct pass_through none = {0};
    const size_t rows = rows_of(p, call), matrix = r.units * gate_columns(&r);
    const bool wants = planner_wants_weight_grad(p, call, "recurrent");
    struct step s = step_of(p, call, &op_recurrent_grad, &r, &own);
    s.x[X_OUTPUT_GRAD] = planner_output_grad(p, call);
    s.x[X_SAVED] = planner_saved(p, call, own.saved);
    s.y[0] = planner_input_grad(p, call, 0, &s.add[0]);
    s.y[1] = planner_weight_grad(p, call, "kernel", &s.add[1]);
    if (wants && own.drops_kernel)
        s.y[2] = planner_saved(p, call, own.kernel_grad);
    else
        s.y[2] = planner_weight_grad(p, call, "recurrent", &s.add[2]);
    s.y[3] = planner_weight_grad(p, call, "bias", &s.add[3]);
    planner_scratch(p, rows * (lay_out_backward(&r, &none, NULL) + r.steps * r.inputs),
                    matrix + whole_room(&r));
    planner_emit(p, call, &s);
    if (!wants || !own.drops_kernel)
        return;
    struct step drop = drop_step(p, call, &op_drop_kernel, 0, matrix);
    drop.x[0] = s.y[2];
    drop.y[0] = planner_weight_grad(p, call, "recurrent", &drop.add[0]);
    planner_emit(p, call, &drop);
}
