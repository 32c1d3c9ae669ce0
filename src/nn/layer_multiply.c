/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/merge.h"

#include <string.h>

static void run(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    real *y = f->at[s->y[0]];
    memcpy(y, f->at[s->more[0]], n * sizeof *y);
    for (uint32_t i = 1; i < s->mores; i++) {
        const real *x = f->at[s->more[i]];
        for (size_t k = 0; k < n; k++)
            y[k] *= x[k];
    }
}

/* The product of all inputs but one at element k. */
static real other_factors(const struct step *s, const struct frame *f, size_t k)
{
    real product = 1;
    for (uint32_t i = 0; i < s->mores; i++)
        if (i != merge_input(s))
            product *= f->at[s->more[i]][k];
    return product;
}

static void run_grad(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const real *d = f->at[s->x[0]];
    real *dx = f->at[s->y[0]];
    for (size_t k = 0; k < n; k++) {
        const real v = d[k] * other_factors(s, f, k);
        dx[k] = s->add[0] ? dx[k] + v : v;
    }
}

static const struct op_kind op_multiply = {.name = "multiply", .run = run};
static const struct op_kind op_multiply_grad = {.name = "multiply_grad", .run = run_grad};

static void forward(struct planner *p, id call)
{
    merge_forward(p, call, &op_multiply);
}

static void backward(struct planner *p, id call)
{
    merge_backward(p, call, &op_multiply_grad);
}

static const struct arg_spec args[] = {MERGE_ARGS};

const struct layer_kind layer_multiply = {
    .entry = {.name = "multiply",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "the product of tensors of one shape",
              .details = "Element by element.",
              .example = "data moons 100\ninput 2 as x\ndense 4 tanh on x as a\n"
                         "dense 4 tanh on x as b\nmultiply on a, b\ndense 1 sigmoid\nstep 1\n"},
    .mask = MASK_ANY,
    .merge = merge_equal,
    .forward = forward,
    .backward = backward,
};
