/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/recurrent.h"

#include <string.h>

static size_t weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    return recurrent_weights(self, in, w, 1, 0);
}

static void product(const struct pass_through *p, size_t t)
{
    const struct recurrent *r = p->of;
    if (t > 0)
        r->run_on(p->rows, r->units, r->units, seen_before(p, t), p->recurrent,
                  step_array(p, p->gate, t, r->units), true);
}

static void step_rows(const struct pass_through *p, size_t t, size_t from, size_t to)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, at = from * n, rows = to - from;
    real *y = step_array(p, p->output, t + 1, n) + at, *z = step_array(p, p->z, t, n);
    memcpy(y, step_array(p, p->gate, t, n) + at, rows * n * sizeof *y);
    kernels()->activate(r->outer.code, r->outer.parameter, rows, n, p->bias, y, z ? z + at : NULL,
                        NULL);
}

static void step_rows_grad(const struct pass_through *p, size_t t, size_t from, size_t to)
{
    const struct recurrent *r = p->of;
    const size_t n = r->units, at = from * n, rows = to - from;
    const struct powers none = {0};
    const real *z = step_array(p, p->z, t, n);
    real *d = step_array(p, p->d, t, n) + at;
    memcpy(d, p->doutput + at, rows * n * sizeof *d);
    kernels()->deactivate(r->outer.code, r->outer.parameter, rows, n,
                          step_array(p, p->output, t + 1, n) + at, z ? z + at : NULL, none, true, d,
                          NULL, false);
}

static void carry(const struct pass_through *p, size_t t)
{
    const struct recurrent *r = p->of;
    recurrent_carry(p, r->run_on_grad, r->units, step_array(p, p->d, t, r->units), p->turned,
                    false);
}

static const struct cell cell = {
    .gates = 1,
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

static const struct arg_spec args[] = {RECURRENT_ARGS_FIRST, RECURRENT_ARGS};

const struct layer_kind layer_simple_rnn = {
    .entry = {.name = "simple_rnn",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "a recurrent layer: what it puts out goes in at the next step",
              .details = "y_t = f(x_t K + y_(t-1) R + b): K is the kernel, [inputs][units], R the "
                         "recurrent kernel, [units][units], b the bias, f the activation." //
              RECURRENT_NOTE,
              .use = "For short dependencies; over many steps its gradient fades or grows (lstm).",
              .source = "Elman 1990",
              .example = "data random 60 shape=5x3 target=1\ninput 5x3\n"
                         "simple_rnn 4 recurrent=l2(1e-3) activity=l1(1e-3) as memory\ndense 1\n"
                         "step 2\npenalties\n"},
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
