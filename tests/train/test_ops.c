/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers that the program does not have, each one row and its ops, through the planner as it is:
 * one with state of its own along an axis, one with scratch and two weights, and one whose names
 * mean something else than they do elsewhere. Their forward pass is held against its formula,
 * gradients against central differences. */
#include "bench.h"
#include "slope.h"

#include "nn/call.h"
#include "nn/compile.h"
#include "nn/frame.h"
#include "nn/planner.h"
#include "num/gemm.h"
#include "train/gradcheck.h"
#include "train/workers.h"

#include <math.h>

static int same_shape(const struct args *self, const struct shape *in, struct shape *out,
                      struct err *e)
{
    (void)self;
    (void)e;
    *out = *in;
    return 0;
}

#define START(called)                                                                              \
    {                                                                                              \
        .name = called, .form = KEY, .type = ARG_CALL, .of = &init_kinds,                          \
        .standard = "uniform(0.2, 0.8)", .line = "how it starts"                                   \
    }

/* y_t = s_t^2 with s_t = leak s_(t-1) + x_t, for each column along the first axis: [steps][cols].
 */

struct leaky_sizes {
    size_t steps, cols;
};

static void run_leaky(const struct step *s, const struct frame *f)
{
    const struct leaky_sizes *n = s->settings;
    const real *x = f->at[s->x[0]], *leak = f->at[s->x[1]];
    real *y = f->at[s->y[0]], *state = f->at[s->y[1]];
    for (size_t i = 0; i < frame_rows(f, s) * s->cols; i++) {
        const size_t c = i % n->cols;
        const real before = i / n->cols % n->steps ? state[i - n->cols] : 0;
        state[i] = leak[c] * before + x[i];
        y[i] = state[i] * state[i];
    }
}

static void run_leaky_grad(const struct step *s, const struct frame *f)
{
    const struct leaky_sizes *n = s->settings;
    const real *leak = f->at[s->x[0]], *state = f->at[s->x[1]], *dy = f->at[s->x[2]];
    real *dx = f->at[s->y[0]], *dleak = f->at[s->y[1]], *later = frame_scratch(f);
    for (size_t c = 0; dleak && !s->add[1] && c < n->cols; c++)
        dleak[c] = 0;
    for (size_t i = frame_rows(f, s) * s->cols; i-- > 0;) {
        const size_t c = i % n->cols, t = i / n->cols % n->steps;
        const real d = 2 * state[i] * dy[i] + (t + 1 < n->steps ? later[c] : 0);
        if (dleak && t)
            dleak[c] += d * state[i - n->cols];
        if (dx)
            dx[i] = s->add[0] ? dx[i] + d : d;
        later[c] = leak[c] * d;
    }
}

static const struct op_kind op_leaky = {.name = "leaky", .run = run_leaky};
static const struct op_kind op_leaky_grad = {.name = "leaky_grad", .run = run_leaky_grad};

static struct step leaky_step(struct planner *p, id call, const struct op_kind *op)
{
    const struct shape *in = &planner_layer(p, call)->in;
    const struct leaky_sizes n = {.steps = in->size[0], .cols = shape_count(in) / in->size[0]};
    return (struct step){.op = op,
                         .settings = planner_settings(p, &n, sizeof n),
                         .rows = shape_count(planner_shape(p, call)) / shape_count(in),
                         .cols = shape_count(in)};
}

static void leaky_forward(struct planner *p, id call)
{
    struct step s = leaky_step(p, call, &op_leaky);
    s.x[0] = planner_input(p, call, 0);
    s.x[1] = planner_weight(p, call, "leak");
    s.y[0] = planner_output(p, call);
    s.y[1] = planner_save(p, call, s.rows * s.cols, 0);
    planner_emit(p, call, &s);
}

static void leaky_backward(struct planner *p, id call)
{
    struct step s = leaky_step(p, call, &op_leaky_grad);
    s.x[0] = planner_weight(p, call, "leak");
    s.x[1] = planner_saved(p, call, 0);
    s.x[2] = planner_output_grad(p, call);
    s.y[0] = planner_input_grad(p, call, 0, &s.add[0]);
    s.y[1] = planner_weight_grad(p, call, "leak", &s.add[1]);
    planner_scratch(p, 0, s.cols);
    planner_emit(p, call, &s);
}

static size_t leaky_weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    (void)self;
    *w = (struct weight_spec){
        .name = "leak", .shape = shape_of(shape_last(in)), .init = "leak_init"};
    return 1;
}

static const struct arg_spec leaky_args[] = {
    SLOT("leak", "leak_regularizer", "a penalty on the leak"),
    ACTIVITY_SLOT,
    START("leak_init"),
    TRAINABLE("no: the leak stays"),
    CALL_CLAUSES,
};
static const struct layer_kind leaky = {
    .entry = {.name = "leaky",
              .args = leaky_args,
              .arg_count = sizeof leaky_args / sizeof *leaky_args},
    .shape = same_shape,
    .weights = leaky_weights,
    .forward = leaky_forward,
    .backward = leaky_backward,
};

/* y = (x A) * (x B), element by element, along the last axis. */

struct gated_sizes {
    size_t in;
};

static double gated_flops(const struct step *s)
{
    const struct gated_sizes *n = s->settings;
    return 4.0 * (double)s->rows * (double)s->cols * (double)n->in;
}

static void run_gated(const struct step *s, const struct frame *f)
{
    const size_t in = ((const struct gated_sizes *)s->settings)->in, rows = frame_rows(f, s);
    const real *x = f->at[s->x[0]];
    real *y = f->at[s->y[0]], *v = frame_scratch(f);
    gemm(PRODUCT_NN, rows, s->cols, in, x, f->at[s->x[1]], y, false);
    gemm(PRODUCT_NN, rows, s->cols, in, x, f->at[s->x[2]], v, false);
    for (size_t i = 0; i < rows * s->cols; i++)
        y[i] *= v[i];
}

static void run_gated_grad(const struct step *s, const struct frame *f)
{
    const size_t in = ((const struct gated_sizes *)s->settings)->in, rows = frame_rows(f, s);
    const size_t out = s->cols;
    const real *x = f->at[s->x[0]], *a = f->at[s->x[1]], *b = f->at[s->x[2]], *d = f->at[s->x[3]];
    real *u = frame_scratch(f), *v = u + rows * out;
    gemm(PRODUCT_NN, rows, out, in, x, a, u, false);
    gemm(PRODUCT_NN, rows, out, in, x, b, v, false);
    for (size_t i = 0; i < rows * out; i++) {
        const real du = d[i] * v[i], dv = d[i] * u[i];
        u[i] = du;
        v[i] = dv;
    }
    if (s->y[1])
        gemm(PRODUCT_TN, in, out, rows, x, u, f->at[s->y[1]], s->add[1]);
    if (s->y[2])
        gemm(PRODUCT_TN, in, out, rows, x, v, f->at[s->y[2]], s->add[2]);
    if (s->y[0]) {
        gemm(PRODUCT_NT, rows, in, out, u, a, f->at[s->y[0]], s->add[0]);
        gemm(PRODUCT_NT, rows, in, out, v, b, f->at[s->y[0]], true);
    }
}

static const struct op_kind op_gated = {.name = "gated", .run = run_gated, .flops = gated_flops};
static const struct op_kind op_gated_grad = {
    .name = "gated_grad", .run = run_gated_grad, .flops = gated_flops};

static struct step gated_step(struct planner *p, id call, const struct op_kind *op)
{
    const struct shape *out = planner_shape(p, call);
    const struct gated_sizes n = {shape_last(&planner_layer(p, call)->in)};
    struct step s = {.op = op, .settings = planner_settings(p, &n, sizeof n)};
    s.cols = shape_last(out);
    s.rows = shape_count(out) / s.cols;
    s.x[0] = planner_input(p, call, 0);
    s.x[1] = planner_weight(p, call, "a");
    s.x[2] = planner_weight(p, call, "b");
    planner_scratch(p, 2 * s.rows * s.cols, 0);
    return s;
}

static void gated_forward(struct planner *p, id call)
{
    struct step s = gated_step(p, call, &op_gated);
    s.y[0] = planner_output(p, call);
    planner_emit(p, call, &s);
}

static void gated_backward(struct planner *p, id call)
{
    struct step s = gated_step(p, call, &op_gated_grad);
    s.x[3] = planner_output_grad(p, call);
    s.y[0] = planner_input_grad(p, call, 0, &s.add[0]);
    s.y[1] = planner_weight_grad(p, call, "a", &s.add[1]);
    s.y[2] = planner_weight_grad(p, call, "b", &s.add[2]);
    planner_emit(p, call, &s);
}

static int gated_shape(const struct args *self, const struct shape *in, struct shape *out,
                       struct err *e)
{
    (void)e;
    *out = *in;
    out->size[in->axes - 1] = (uint32_t)args_whole(self, "units");
    return 0;
}

static size_t gated_weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    const struct shape k = {.axes = 2,
                            .size = {shape_last(in), (uint32_t)args_whole(self, "units")}};
    w[0] = (struct weight_spec){.name = "a", .shape = k, .init = "a_init"};
    w[1] = (struct weight_spec){.name = "b", .shape = k, .init = "b_init"};
    return 2;
}

static const struct arg_spec gated_args[] = {
    {.name = "units",
     .form = POSITIONAL,
     .type = ARG_WHOLE,
     .required = true,
     .min = 1,
     .max = 999},
    SLOT("a", "a_regularizer", "a penalty on a"),
    SLOT("b", "b_regularizer", "a penalty on b"),
    ACTIVITY_SLOT,
    START("a_init"),
    START("b_init"),
    TRAINABLE("no: both stay"),
    CALL_CLAUSES,
};
static const struct layer_kind gated = {
    .entry = {.name = "gated",
              .args = gated_args,
              .arg_count = sizeof gated_args / sizeof *gated_args},
    .shape = gated_shape,
    .weights = gated_weights,
    .forward = gated_forward,
    .backward = gated_backward,
};

/* y = trainable * w * f(x): `activation` acts on the input, `trainable` is a number, the weight is
 * called activity and so is its penalty, that on the output is called kernel, and the weight that
 * no gradient moves is the first. */

struct odd_settings {
    double by;
};

static void run_odd(const struct step *s, const struct frame *f)
{
    const struct odd_settings *o = s->settings;
    const real *x = f->at[s->x[0]], *w = f->at[s->x[1]];
    for (size_t i = 0; i < frame_rows(f, s) * s->cols; i++)
        f->at[s->y[0]][i] = (real)(o->by * (double)w[i % s->cols] / (1 + exp(-(double)x[i])));
}

static void run_odd_grad(const struct step *s, const struct frame *f)
{
    const struct odd_settings *o = s->settings;
    const real *x = f->at[s->x[0]], *w = f->at[s->x[1]], *d = f->at[s->x[2]];
    real *dx = f->at[s->y[0]], *dw = f->at[s->y[1]];
    for (size_t c = 0; dw && !s->add[1] && c < s->cols; c++)
        dw[c] = 0;
    for (size_t i = 0; i < frame_rows(f, s) * s->cols; i++) {
        const double h = 1 / (1 + exp(-(double)x[i])), by = o->by * (double)d[i];
        const real v = (real)(by * (double)w[i % s->cols] * h * (1 - h));
        if (dw)
            dw[i % s->cols] += (real)(by * h);
        if (dx)
            dx[i] = s->add[0] ? dx[i] + v : v;
    }
}

static const struct op_kind op_odd = {.name = "odd", .run = run_odd};
static const struct op_kind op_odd_grad = {.name = "odd_grad", .run = run_odd_grad};

static struct step odd_step(struct planner *p, id call, const struct op_kind *op)
{
    const struct shape *out = planner_shape(p, call);
    const struct odd_settings o = {args_number(planner_layer(p, call)->args, "trainable")};
    struct step s = {.op = op,
                     .settings = planner_settings(p, &o, sizeof o),
                     .rows = shape_count(out) / shape_last(out),
                     .cols = shape_last(out)};
    s.x[0] = planner_input(p, call, 0);
    s.x[1] = planner_weight(p, call, "activity");
    return s;
}

static void odd_forward(struct planner *p, id call)
{
    struct step s = odd_step(p, call, &op_odd);
    s.y[0] = planner_output(p, call);
    planner_emit(p, call, &s);
}

static void odd_backward(struct planner *p, id call)
{
    struct step s = odd_step(p, call, &op_odd_grad);
    s.x[2] = planner_output_grad(p, call);
    s.y[0] = planner_input_grad(p, call, 0, &s.add[0]);
    s.y[1] = planner_weight_grad(p, call, "activity", &s.add[1]);
    planner_emit(p, call, &s);
}

static size_t odd_weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    const struct shape columns = shape_of(shape_last(in));
    (void)self;
    w[0] = (struct weight_spec){
        .name = "seen", .shape = columns, .init = "activity_init", .moving = true};
    w[1] = (struct weight_spec){.name = "activity", .shape = columns, .init = "activity_init"};
    return 2;
}

static const struct arg_spec odd_args[] = {
    {.name = "activation",
     .form = POSITIONAL,
     .type = ARG_CALL,
     .of = &activation_kinds,
     .required = true},
    {.name = "trainable", .form = KEY, .type = ARG_NUMBER, .standard = "0", .max = 9},
    SLOT("activity", "a", "a penalty on the weight activity"),
    {.name = "kernel",
     .form = KEY,
     .type = ARG_SUM,
     .of = &penalty_kinds,
     .standard = "none",
     .meaning = MEANS_ACTIVITY},
    START("activity_init"),
    CALL_CLAUSES,
};
static const struct layer_kind odd = {
    .entry = {.name = "odd", .args = odd_args, .arg_count = sizeof odd_args / sizeof *odd_args},
    .shape = same_shape,
    .weights = odd_weights,
    .forward = odd_forward,
    .backward = odd_backward,
};

/* Adds a layer of a kind of the test's own to the newest tensor, with wrappers around it. */
static void add_own(struct bench *b, const struct layer_kind *kind, const char *text,
                    uint32_t wrappers)
{
    struct arena arena = {0};
    struct script script = {0};
    struct graph *g = graph_copy(b->model->graph);
    assert_non_null(g);
    const id newest = (id)g->values - 1;
    struct args *a = build_parse(&arena, text, &script, &b->e)
                         ? NULL
                         : build_bind(&arena, text, &script.statement[0], &kind->entry, &b->e);
    if (!a ||
        graph_add(g, kind, a, args_text(a, "as"), (struct inputs){&newest, 1}, wrappers, &b->e))
        fail_msg("%s; %s\nin: %s", b->e.what, b->e.hint, text);
    arena_finish(&arena);
    bench_take_graph(b->model, g);
}

static void add_more(struct bench *b, const char *text)
{
    if (bench_add(b, text))
        fail_msg("%s; %s\nin: %s", b->e.what, b->e.hint, text);
}

/* A pass of a plan that holds more samples than there are: what stands behind them, and whatever
 * stood in the blocks before, is not a number. */
struct pass_of {
    struct frame *frame;
    real *weight, *grad;
    size_t reals, samples;
};

static double total_of(void *self, const double *weight)
{
    struct pass_of *p = self;
    struct frame *f = p->frame;
    for (size_t i = 0; i < p->reals; i++)
        p->weight[i] = (real)weight[i];
    for (enum block b = IN_VALUE; b < BLOCKS; b++)
        for (size_t i = 0; i < f->plan->size[b]; i++)
            f->block[b][i] = (real)NAN;
    frame_samples(f, p->samples);
    frame_forward(f);
    double total = frame_data(f);
    for (size_t i = 0; i < f->plan->applieds; i++)
        total += frame_row(f, i);
    return total;
}

static void check_samples(const struct bench *b, size_t samples)
{
    const struct model *m = b->model;
    const size_t reals = m->graph->weight_reals;
    struct pass_of p = {.frame = frame_create(trainer_of(m)->train),
                        .weight = mem_new(reals, sizeof(real)),
                        .grad = mem_new(reals, sizeof(real)),
                        .reals = reals,
                        .samples = samples};
    struct slope s = {.f = total_of, .self = &p};
    double *at = doubles(m->state.weight, reals);
    assert_true(p.frame && p.weight && p.grad);
    frame_weights(p.frame, p.weight, p.grad);
    p.frame->input[0] = b->data.x;
    p.frame->target[0] = b->data.y;
    assert_true(isfinite(total_of(&p, at)));
    frame_backward(p.frame);
    double *grad = doubles(p.grad, reals);
    for (id w = 0; w < m->graph->weights; w++) {
        const struct weight *k = &m->graph->weight[w];
        for (size_t i = k->at; i < k->at + k->count; i++)
            assert_true(graph_trains(m->graph, w) ? isfinite(grad[i]) : grad[i] == 0);
        if (sizeof(real) == sizeof(double) && graph_trains(m->graph, w))
            slope_add(&s, at, grad, k->at, k->at + k->count);
    }
    if (s.checked)
        slope_check(&s, "a kind of the test's own");
    frame_destroy(p.frame);
    mem_free(p.weight);
    mem_free(p.grad);
    mem_free(grad);
    mem_free(at);
}

/* Each part of the total by itself, and a full and a short batch. */
static void check_gradients(struct bench *b)
{
    struct gradcheck c;
    if (gradcheck_begin(&c, b->model, &b->data, 1, &b->e))
        fail_msg("%s; %s", b->e.what, b->e.hint);
    while (gradcheck_next(&c))
        continue;
    if (gradcheck_verdict(&c, &b->e))
        fail_msg("%s; %s", b->e.what, b->e.hint);
    gradcheck_finish(&c);
    bench_prepare(b);
    check_samples(b, 8);
    check_samples(b, 5);
}

#define DATA(shape, targets)                                                                       \
    "data random 13 shape=" shape " target=" targets " batch=8 shuffle=no\n"
#define LEAKY "leaky leak=l2(0.3) activity=l1(0.2)+l2(0.1) as leak\n"

static void state_along_an_axis_is_the_layers_own(void **state)
{
    (void)state;
    struct bench b = bench_make(DATA("3x4", "2") "input 3x4\ndense 4 tanh\n");
    add_own(&b, &leaky, LEAKY, 0);
    /* Shared, on its own output. */
    add_more(&b, "leak as again\nflatten\ndense 2 tanh\n");
    check_gradients(&b);
    bench_finish(&b);

    b = bench_make(DATA("3x4", "2") "input 3x4\n");
    add_own(&b, &leaky, "leaky leak=l2(1) trainable=no as leak\n", 0);
    add_more(&b, "flatten\ndense 2 tanh\n");
    check_gradients(&b);
    bench_finish(&b);

    b = bench_make(DATA("2x3x4", "2") "input 2x3x4\n");
    add_own(&b, &leaky, LEAKY, 1);
    add_more(&b, "leak as again\nflatten\ndense 2 tanh\n");
    check_gradients(&b);
    bench_finish(&b);
}

/* The recursion as it is written, in double. */
static void the_leaky_sum_is_its_formula(void **state)
{
    (void)state;
    struct bench b = bench_make(DATA("3x2", "2") "input 3x2\n");
    add_own(&b, &leaky, LEAKY, 0);
    add_more(&b, "flatten\ndense 2\n");
    bench_prepare(&b);
    const real *leak = b.model->state.weight;
    real start[2] = {leak[0], leak[1]};
    bench_step(&b);
    const id call = graph_find_call(b.model->graph, "leak");
    const real *y =
        frame_value(trainer_of(b.model)->train_frame, b.model->graph->call[call].output);
    for (size_t sample = 0; sample < 8; sample++)
        for (size_t c = 0; c < 2; c++) {
            double s = 0;
            for (size_t t = 0; t < 3; t++) {
                const size_t at = (sample * 3 + t) * 2 + c;
                s = (double)start[c] * s + (double)b.data.x[at];
                check_near((double)y[at], s * s, NEAR(1e-14, 1e-5));
            }
        }
    bench_finish(&b);
}

#define GATED "gated 4 a_init=uniform(0.1, 0.4) a=l1(0.1) b=l2(0.2) activity=l2(0.1) as gate\n"

static void scratch_serves_a_layer_of_two_weights(void **state)
{
    (void)state;
    struct bench b = bench_make(DATA("3", "2") "input 3\ndense 4 tanh\n");
    add_own(&b, &gated, GATED, 0);
    add_more(&b, "gate as again\ndense 2 tanh\n");
    check_gradients(&b);
    bench_finish(&b);

    b = bench_make(DATA("3x4", "2") "input 3x4\n");
    add_own(&b, &gated, GATED, 1);
    add_more(&b, "gate as again\nflatten\ndense 2 tanh\n");
    check_gradients(&b);
    bench_finish(&b);
}

/* What an op says of its work decides whether a step is worth two threads; the figures stay. */
static void work_of_an_op_is_counted(void **state)
{
    (void)state;
    struct figures x[2];
    for (unsigned threads = 1; threads <= 2; threads++) {
        workers_allow(threads);
        struct bench b = bench_make("data random 60 shape=48 target=1 batch=60\ninput 48\n");
        add_own(&b, &gated, "gated 240 a_init=uniform(-0.1, 0.1) as gate\n", 0);
        add_more(&b, "dense 1\noptimizer sgd lr=1e-4\n");
        bench_prepare(&b);
        assert_true((threads == 2) == (trainer_of(b.model)->workers != NULL));
        x[threads - 1] = bench_step(&b);
        x[threads - 1] = bench_step(&b);
        bench_finish(&b);
    }
    workers_allow(1);
    check_near(x[1].data, x[0].data, NEAR(1e-12, 1e-5) * fabs(x[0].data));
}

/* No meaning hangs on a name: with a loss that would work at a sigmoid's pre-activation. */
static void names_of_arguments_mean_nothing(void **state)
{
    (void)state;
    struct bench b = bench_make("data moons 13 batch=8 shuffle=no\ninput 2\ndense 3 tanh\ndense 1\n"
                                "loss binary_crossentropy\n");
    add_own(&b, &odd,
            "odd sigmoid trainable=0.9 activity=l2(0.5) kernel=l1(0.1) "
            "activity_init=uniform(0.3, 0.9) as o\n",
            0);
    const struct graph *g = b.model->graph;
    const id layer = graph_find_layer(g, "o"), call = graph_find_call(g, "o");
    assert_null(graph_activation(g, call));
    assert_true(g->layer[layer].trainable);
    assert_false(graph_trains(g, graph_find_weight(g, layer, "seen")));
    assert_true(graph_trains(g, graph_find_weight(g, layer, "activity")));
    check_gradients(&b);
    const struct plan *p = trainer_of(b.model)->train;
    assert_int_equal(p->applieds, 2);
    for (size_t i = 0; i < 2; i++) {
        const bool on_output = strcmp(g->term[p->applied[i].term].slot, "kernel") == 0;
        assert_int_equal(p->applied[i].call, on_output ? call : NOTHING);
        assert_int_equal(p->applied[i].weight,
                         on_output ? NOTHING : graph_find_weight(g, layer, "activity"));
    }
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_along_an_axis_is_the_layers_own),
        cmocka_unit_test(the_leaky_sum_is_its_formula),
        cmocka_unit_test(scratch_serves_a_layer_of_two_weights),
        cmocka_unit_test(work_of_an_op_is_counted),
        cmocka_unit_test(names_of_arguments_mean_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
