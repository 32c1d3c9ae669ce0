/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/recurrent.h"
#include "num/gates.h"

#include <string.h>

enum { GATES = 4 };

static size_t weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    const uint32_t units = (uint32_t)args_whole(self, "units");
    const size_t n = recurrent_weights(self, in, w, GATES, 0);
    if (n > 2 && args_yes(self, "unit_forget_bias")) {
        w[2].ones_at = units;
        w[2].ones = units;
    }
    return n;
}

static void product(const struct pass_through *p, size_t t)
{
    const struct recurrent *r = p->of;
    if (t > 0)
        r->run_on(p->rows, GATES * r->units, r->units, seen_before(p, t), p->recurrent,
                  step_array(p, p->gate, t, GATES * r->units), true);
}

/* With any activations: a row of gates is i f c o. */
static void any_step(const struct pass_through *p, const struct lstm_step *s, real *z)
{
    const struct recurrent *r = p->of;
    const size_t n = s->units, cols = GATES * n, all = s->rows * n;
    if (s->bias)
        kernels()->activate(ACT_LINEAR, 0, s->rows, cols, s->bias, s->gate, NULL, NULL);
    recurrent_activate(r->inner, s->rows, cols, 0, 2 * n, s->gate, z);
    recurrent_activate(r->outer, s->rows, cols, 2 * n, n, s->gate, z);
    recurrent_activate(r->inner, s->rows, cols, 3 * n, n, s->gate, z);
    for (size_t i = 0; i < all; i++) {
        const real *g = s->gate + i / n * cols + i % n;
        s->state[i] = s->squashed[i] = g[n] * s->before[i] + g[0] * g[2 * n];
    }
    kernels()->activate(r->outer.code, r->outer.parameter, s->rows, n, NULL, s->squashed, NULL,
                        NULL);
    for (size_t i = 0; i < all; i++)
        s->output[i] = s->gate[i / n * cols + 3 * n + i % n] * s->squashed[i];
}

static void step_rows(const struct pass_through *p, size_t t, size_t from, size_t to)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, at = from * n;
    real *z = step_array(p, p->z, t, GATES * n);
    const struct lstm_step s = {.rows = to - from,
                                .units = n,
                                .bias = p->bias,
                                .gate = step_array(p, p->gate, t, GATES * n) + GATES * at,
                                .before = step_array(p, p->state, t, n) + at,
                                .state = step_array(p, p->state, t + 1, n) + at,
                                .squashed = step_array(p, p->kept, t, n) + at,
                                .output = step_array(p, p->output, t + 1, n) + at};
    if (recurrent_is_usual(r))
        gates()->lstm(&s);
    else
        any_step(p, &s, z ? z + GATES * at : NULL);
}

/* `state`: after the step; `slope`: room for the squashed state's gradient. */
static void any_slope(const struct pass_through *p, const struct lstm_slope *s, const real *state,
                      const real *z, real *slope)
{
    const struct recurrent *r = p->of;
    const size_t n = s->units, cols = GATES * n, all = s->rows * n;
    const struct powers none = {0};
    for (size_t i = 0; i < all; i++)
        slope[i] = s->doutput[i] * s->gate[i / n * cols + 3 * n + i % n];
    kernels()->deactivate(r->outer.code, r->outer.parameter, s->rows, n, s->squashed, state, none,
                          true, slope, NULL, false);
    for (size_t i = 0; i < all; i++) {
        const size_t at = i / n * cols + i % n;
        const real *g = s->gate + at, ds = s->dstate[i] + slope[i];
        real *d = s->d + at;
        d[0] = ds * g[2 * n];
        d[n] = ds * s->before[i];
        d[2 * n] = ds * g[0];
        d[3 * n] = s->doutput[i] * s->squashed[i];
        s->dstate[i] = ds * g[n];
    }
    recurrent_deactivate(r->inner, s->rows, cols, 0, 2 * n, s->gate, z, s->d);
    recurrent_deactivate(r->outer, s->rows, cols, 2 * n, n, s->gate, z, s->d);
    recurrent_deactivate(r->inner, s->rows, cols, 3 * n, n, s->gate, z, s->d);
}

static void step_rows_grad(const struct pass_through *p, size_t t, size_t from, size_t to)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, at = from * n;
    const real *z = step_array(p, p->z, t, GATES * n);
    const struct lstm_slope s = {.rows = to - from,
                                 .units = n,
                                 .gate = step_array(p, p->gate, t, GATES * n) + GATES * at,
                                 .before = step_array(p, p->state, t, n) + at,
                                 .squashed = step_array(p, p->kept, t, n) + at,
                                 .doutput = p->doutput + at,
                                 .dstate = p->dstate + at,
                                 .d = step_array(p, p->d, t, GATES * n) + GATES * at};
    if (recurrent_is_usual(r))
        gates()->lstm_grad(&s);
    else
        any_slope(p, &s, step_array(p, p->state, t + 1, n) + at, z ? z + GATES * at : NULL,
                  p->through + at);
}

static void carry(const struct pass_through *p, size_t t)
{
    const struct recurrent *r = p->of;
    recurrent_carry(p, r->run_on_grad, GATES * r->units, step_array(p, p->d, t, GATES * r->units),
                    p->turned, false);
}

static const struct cell cell = {
    .gates = GATES,
    .has_state = true,
    .has_kept = true,
    .product = product,
    .forward = step_rows,
    .backward = step_rows_grad,
    .carry = carry,
    .finish = recurrent_finish,
};

static void forward(struct planner *p, id call)
{
    recurrent_forward(p, call, &cell);
}

static void backward(struct planner *p, id call)
{
    recurrent_backward(p, call, &cell);
}

static const struct arg_spec args[] = {
    RECURRENT_ARGS_FIRST, RECURRENT_GATE_ACTIVATION,
    ARG("unit_forget_bias", KEY, ARG_BOOL, .standard = "yes", .meaning = MEANS_BIAS_START,
        .line = "whether the biases of the forget gates start at 1, whatever bias_init says"),
    RECURRENT_ARGS};

const struct layer_kind layer_lstm = {
    .entry =
        {.name = "lstm",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "long short-term memory",
         .details =
             "i = s(x_t K_i + y_(t-1) R_i + b_i), f and o alike, c = g(x_t K_c + y_(t-1) R_c + "
             "b_c); the state is c_t = f c_(t-1) + i c, the output y_t = o g(c_t): g is the "
             "activation, s the recurrent one. The kernel is [inputs][4 units], the recurrent "
             "kernel [units][4 units], the bias [4 units], the gates in the order i f c o." //
         RECURRENT_NOTE " recurrent_kernel_dropout= makes it a weight-dropped LSTM (Merity et al. "
             "2018).",
         .use = "For sequences in which something matters many steps later: the state keeps it.",
         .source = "Hochreiter and Schmidhuber 1997; forget gates Gers et al. 2000",
         .example = "data random 60 shape=5x3 target=1\ninput 5x3\n"
                    "lstm 4 recurrent=l2(1e-3) activity=l1(1e-3) as memory\ndense 1\nstep 2\n"
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
