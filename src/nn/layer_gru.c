/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/recurrent.h"
#include "num/gates.h"

#include <string.h>

enum { GATES = 3 };

static bool resets_after(const struct args *self)
{
    return args_yes(self, "reset_after");
}

static size_t weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    return recurrent_weights(self, in, w, GATES, resets_after(self) ? 2 : 0);
}

static size_t step_room(const struct recurrent *r)
{
    return GATES * r->units;
}

/* The reset after the product. */

static void product_after(const struct pass_through *p, size_t t)
{
    const struct recurrent *r = p->of;
    if (t > 0)
        r->run_on(p->rows, GATES * r->units, r->units, seen_before(p, t), p->recurrent, p->room,
                  false);
}

/* With any activations: a row of gates is z r h. */
static void any_step_after(const struct pass_through *p, const struct gru_step *s, real *z)
{
    const struct recurrent *r = p->of;
    const size_t n = s->units, cols = GATES * n, all = s->rows * n;
    if (s->bias)
        kernels()->activate(ACT_LINEAR, 0, s->rows, cols, s->bias, s->gate, NULL, NULL);
    for (size_t i = 0; i < s->rows; i++)
        for (size_t j = 0; j < cols; j++) {
            const real v =
                (s->inner ? s->inner[i * cols + j] : 0) + (s->bias ? s->bias[cols + j] : 0);
            if (j < 2 * n)
                s->gate[i * cols + j] += v;
            else
                s->kept[i * n + j - 2 * n] = v;
        }
    recurrent_activate(r->inner, s->rows, cols, 0, 2 * n, s->gate, z);
    for (size_t i = 0; i < all; i++) {
        real *g = s->gate + i / n * cols + i % n;
        g[2 * n] += g[n] * s->kept[i];
    }
    recurrent_activate(r->outer, s->rows, cols, 2 * n, n, s->gate, z);
    for (size_t i = 0; i < all; i++) {
        const real *g = s->gate + i / n * cols + i % n;
        s->output[i] = g[0] * s->before[i] + (1 - g[0]) * g[2 * n];
    }
}

static void step_rows_after(const struct pass_through *p, size_t t, size_t from, size_t to)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, at = from * n;
    real *z = step_array(p, p->z, t, GATES * n);
    const struct gru_step s = {.rows = to - from,
                               .units = n,
                               .bias = p->bias,
                               .gate = step_array(p, p->gate, t, GATES * n) + GATES * at,
                               .inner = t > 0 ? p->room + GATES * at : NULL,
                               .before = step_array(p, p->output, t, n) + at,
                               .kept = step_array(p, p->kept, t, n) + at,
                               .output = step_array(p, p->output, t + 1, n) + at};
    if (recurrent_is_usual(r))
        gates()->gru(&s);
    else
        any_step_after(p, &s, z ? z + GATES * at : NULL);
}

static void any_slope_after(const struct pass_through *p, const struct gru_slope *s, const real *z)
{
    const struct recurrent *r = p->of;
    const size_t n = s->units, cols = GATES * n, all = s->rows * n;
    for (size_t i = 0; i < all; i++) {
        const size_t at = i / n * cols + i % n;
        const real *g = s->gate + at;
        s->d[at] = s->doutput[i] * (s->before[i] - g[2 * n]);
        s->d[at + 2 * n] = s->doutput[i] * (1 - g[0]);
        s->dbefore[i] = s->doutput[i] * g[0];
    }
    recurrent_deactivate(r->outer, s->rows, cols, 2 * n, n, s->gate, z, s->d);
    for (size_t i = 0; i < all; i++) {
        const size_t at = i / n * cols + i % n;
        s->d[at + n] = s->d[at + 2 * n] * s->kept[i];
    }
    recurrent_deactivate(r->inner, s->rows, cols, 0, 2 * n, s->gate, z, s->d);
    memcpy(s->dinner, s->d, s->rows * cols * sizeof *s->d);
    for (size_t i = 0; i < all; i++) {
        const size_t at = i / n * cols + i % n;
        s->dinner[at + 2 * n] *= s->gate[at + n];
    }
}

static void step_rows_after_grad(const struct pass_through *p, size_t t, size_t from, size_t to)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, at = from * n;
    const real *z = step_array(p, p->z, t, GATES * n);
    const struct gru_slope s = {.rows = to - from,
                                .units = n,
                                .gate = step_array(p, p->gate, t, GATES * n) + GATES * at,
                                .kept = step_array(p, p->kept, t, n) + at,
                                .before = step_array(p, p->output, t, n) + at,
                                .doutput = p->doutput + at,
                                .d = step_array(p, p->d, t, GATES * n) + GATES * at,
                                .dinner = step_array(p, p->dinner, t, GATES * n) + GATES * at,
                                .dbefore = p->dbefore + at};
    if (recurrent_is_usual(r))
        gates()->gru_grad(&s);
    else
        any_slope_after(p, &s, z ? z + GATES * at : NULL);
}

static void carry_after(const struct pass_through *p, size_t t)
{
    const struct recurrent *r = p->of;
    recurrent_carry(p, r->run_on_grad, GATES * r->units,
                    step_array(p, p->dinner, t, GATES * r->units), p->turned, true);
}

static void finish_after(const struct pass_through *p)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, cols = GATES * n, later = (r->steps - 1) * p->rows;
    if (p->drecurrent)
        recurrent_sum(p, r->run_on_weight, n, cols, later, seen_before(p, 1),
                      p->dinner + p->rows * cols, p->drecurrent, p->add_recurrent);
    if (!p->dbias)
        return;
    kernels()->columns(r->steps * p->rows, cols, p->d, p->dbias, p->add_bias);
    kernels()->columns(r->steps * p->rows, cols, p->dinner, p->dbias + cols, p->add_bias);
}

static const struct cell after = {
    .gates = GATES,
    .has_kept = true,
    .has_inner = true,
    .product = product_after,
    .forward = step_rows_after,
    .backward = step_rows_after_grad,
    .carry = carry_after,
    .finish = finish_after,
    .room_each = step_room,
};

/* The reset before the product, as the layer was first published: r y_(t-1) goes through the part
 * of the recurrent kernel that is h's. The parts stand in p->whole, that of z and r first; kept is
 * r y_(t-1). */

static size_t parts_room(const struct recurrent *r)
{
    return GATES * r->units * r->units;
}

/* A matrix [rows][3 n] as one of [rows][2 n] and one of [rows][n], or back. */
static void split_columns(size_t rows, size_t n, const real *x, real *two, real *one)
{
    for (size_t i = 0; i < rows; i++) {
        memcpy(two + i * 2 * n, x + i * GATES * n, 2 * n * sizeof *x);
        memcpy(one + i * n, x + i * GATES * n + 2 * n, n * sizeof *x);
    }
}

static void join_columns(size_t rows, size_t n, const real *two, const real *one, real *x, bool add)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < GATES * n; j++) {
            const real v = j < 2 * n ? two[i * 2 * n + j] : one[i * n + j - 2 * n];
            x[i * GATES * n + j] = v + (add ? x[i * GATES * n + j] : 0);
        }
}

static void prepare_before(const struct pass_through *p)
{
    const size_t n = p->of->units;
    split_columns(n, n, p->recurrent, p->whole, p->whole + 2 * n * n);
}

static void product_before(const struct pass_through *p, size_t t)
{
    const size_t n = p->of->units;
    if (t > 0)
        gemm(PRODUCT_NN, p->rows, 2 * n, n, seen_before(p, t), p->whole, p->room, false);
}

static void step_rows_before(const struct pass_through *p, size_t t, size_t from, size_t to)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, cols = GATES * n, rows = to - from, at = from * n;
    real *gate = step_array(p, p->gate, t, cols) + GATES * at, *kept = step_array(p, p->kept, t, n);
    real *z = p->z ? step_array(p, p->z, t, cols) + GATES * at : NULL;
    real *y = step_array(p, p->output, t + 1, n) + at, *inner = p->room + 2 * p->rows * n + at;
    const real *before = step_array(p, p->output, t, n) + at, *seen = seen_before(p, t) + at;
    kept += at;
    if (p->bias)
        kernels()->activate(ACT_LINEAR, 0, rows, cols, p->bias, gate, NULL, NULL);
    for (size_t i = 0; t > 0 && i < rows; i++)
        for (size_t j = 0; j < 2 * n; j++)
            gate[i * cols + j] += p->room[(from + i) * 2 * n + j];
    recurrent_activate(r->inner, rows, cols, 0, 2 * n, gate, z);
    for (size_t i = 0; i < rows * n; i++)
        kept[i] = gate[i / n * cols + n + i % n] * seen[i];
    gemm(PRODUCT_NN, rows, n, n, kept, p->whole + 2 * n * n, inner, false);
    for (size_t i = 0; i < rows * n; i++)
        gate[i / n * cols + 2 * n + i % n] += inner[i];
    recurrent_activate(r->outer, rows, cols, 2 * n, n, gate, z);
    for (size_t i = 0; i < rows * n; i++) {
        const real *g = gate + i / n * cols + i % n;
        y[i] = g[0] * before[i] + (1 - g[0]) * g[2 * n];
    }
}

static void step_rows_before_grad(const struct pass_through *p, size_t t, size_t from, size_t to)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, cols = GATES * n, rows = to - from, at = from * n;
    const real *gate = step_array(p, p->gate, t, cols) + GATES * at,
               *before = step_array(p, p->output, t, n) + at, *seen = seen_before(p, t) + at,
               *z = p->z ? step_array(p, p->z, t, cols) + GATES * at : NULL, *y = p->doutput + at;
    real *d = step_array(p, p->d, t, cols) + GATES * at, *new = p->room + at,
         *inner = p->room + p->rows *n + at;
    for (size_t i = 0; i < rows * n; i++)
        d[i / n * cols + 2 * n + i % n] = y[i] * (1 - gate[i / n * cols + i % n]);
    recurrent_deactivate(r->outer, rows, cols, 2 * n, n, gate, z, d);
    for (size_t i = 0; i < rows * n; i++)
        new[i] = d[i / n * cols + 2 * n + i % n];
    gemm(PRODUCT_NT, rows, n, n, new, p->whole + 2 * n * n, inner, false);
    for (size_t i = 0; i < rows * n; i++) {
        const size_t j = i / n * cols + i % n;
        const real drop = p->drop_on ? p->drop_on[at + i] : 1;
        d[j] = y[i] * (before[i] - gate[j + 2 * n]);
        d[j + n] = inner[i] * seen[i];
        p->dbefore[at + i] = y[i] * gate[j] + inner[i] * gate[j + n] * drop;
    }
    recurrent_deactivate(r->inner, rows, cols, 0, 2 * n, gate, z, d);
}

static void run_nt(size_t m, size_t n, size_t k, const real *a, const real *b, real *c, bool add)
{
    gemm(PRODUCT_NT, m, n, k, a, b, c, add);
}

static void run_tn(size_t m, size_t n, size_t k, const real *a, const real *b, real *c, bool add)
{
    gemm(PRODUCT_TN, m, n, k, a, b, c, add);
}

static void carry_before(const struct pass_through *p, size_t t)
{
    const size_t n = p->of->units;
    split_columns(p->rows, n, step_array(p, p->d, t, GATES * n), p->room,
                  p->room + 2 * p->rows * n);
    recurrent_carry(p, run_nt, 2 * n, p->room, p->whole, true);
}

static void finish_before(const struct pass_through *p)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, all = r->steps * p->rows, later = all - p->rows;
    if (p->drecurrent && later) {
        split_columns(all, n, p->d, p->dinner, p->dinner + all * 2 * n);
        recurrent_sum(p, run_tn, n, 2 * n, later, seen_before(p, 1), p->dinner + p->rows * 2 * n,
                      p->turned, false);
        recurrent_sum(p, run_tn, n, n, later, step_array(p, p->kept, 1, n),
                      p->dinner + all * 2 * n + p->rows * n, p->turned + 2 * n * n, false);
        join_columns(n, n, p->turned, p->turned + 2 * n * n, p->drecurrent, p->add_recurrent);
    } else if (p->drecurrent && !p->add_recurrent) {
        memset(p->drecurrent, 0, GATES * n * n * sizeof(real));
    }
    if (p->dbias)
        kernels()->columns(all, GATES * n, p->d, p->dbias, p->add_bias);
}

static const struct cell before = {
    .gates = GATES,
    .has_kept = true,
    .has_inner = true,
    .prepare = prepare_before,
    .product = product_before,
    .forward = step_rows_before,
    .backward = step_rows_before_grad,
    .carry = carry_before,
    .finish = finish_before,
    .room_each = step_room,
    .room_all = parts_room,
};

static const struct cell *cell_of(const struct planner *p, id call)
{
    return resets_after(planner_layer(p, call)->args) ? &after : &before;
}

static void forward(struct planner *p, id call)
{
    recurrent_forward(p, call, cell_of(p, call));
}

static void backward(struct planner *p, id call)
{
    recurrent_backward(p, call, cell_of(p, call));
}

static const struct arg_spec args[] = {
    RECURRENT_ARGS_FIRST, RECURRENT_GATE_ACTIVATION,
    ARG("reset_after", KEY, ARG_BOOL, .standard = "yes",
        .line = "yes: r multiplies the product of the state, which has a bias of its own; no: the "
                "state itself"),
    RECURRENT_ARGS};

const struct layer_kind layer_gru = {
    .entry =
        {.name = "gru",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "a gated recurrent unit",
         .details =
             "z = s(x_t K_z + y_(t-1) R_z + b_z + b'_z), r alike, h = g(x_t K_h + b_h + r (y_(t-1) "
             "R_h + b'_h)), and y_t = z y_(t-1) + (1 - z) h: g is the activation, s the recurrent "
             "one. The kernel is [inputs][3 units], the recurrent kernel [units][3 units], the "
             "bias "
             "[2][3 units], b then b', the gates in the order z r h. With reset_after=no the bias "
             "is [3 units] and h = g(x_t K_h + (r y_(t-1)) R_h + b_h), as Cho et al. had it." //
         RECURRENT_NOTE,
         .use = "As lstm, with three quarters of its weights.",
         .source = "Cho et al. 2014",
         .example = "data random 60 shape=5x3 target=1\ninput 5x3\n"
                    "gru 4 recurrent=l2(1e-3) activity=l1(1e-3) as memory\ndense 1\nstep 2\n"
                    "penalties\n"},
    .noise = "dropout",
    .noises = recurrent_noises,
    .draws = recurrent_draws,
    .mask = MASK_READS,
    .turns_steps = recurrent_turns,
    .shape = recurrent_shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
