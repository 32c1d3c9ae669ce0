/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/merge.h"

#include <math.h>
#include <string.h>

static void run(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    real *y = f->at[s->y[0]];
    memcpy(y, f->at[s->more[0]], n * sizeof *y);
    for (uint32_t i = 1; i < s->mores; i++) {
        const real *x = f->at[s->more[i]];
        /* NaN is not hidden. */
        for (size_t k = 0; k < n; k++)
            y[k] = y[k] >= x[k] || isnan(y[k]) ? y[k] : x[k];
    }
}

/* Whether the input is the first of the largest at element k. */
static bool is_largest(const struct step *s, const struct frame *f, size_t k)
{
    const uint32_t which = merge_input(s);
    const real x = f->at[s->more[which]][k];
    for (uint32_t i = 0; i < s->mores; i++) {
        const real other = f->at[s->more[i]][k];
        if (i < which ? other >= x : other > x)
            return false;
    }
    return true;
}

static void run_grad(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const real *d = f->at[s->x[0]];
    real *dx = f->at[s->y[0]];
    for (size_t k = 0; k < n; k++) {
        const real v = is_largest(s, f, k) ? d[k] : 0;
        dx[k] = s->add[0] ? dx[k] + v : v;
    }
}

static const struct op_kind op_maximum = {.name = "maximum", .run = run};
static const struct op_kind op_maximum_grad = {.name = "maximum_grad", .run = run_grad};

static void forward(struct planner *p, id call)
{
    merge_forward(p, call, &op_maximum);
}

static void backward(struct planner *p, id call)
{
    merge_backward(p, call, &op_maximum_grad);
}

static const struct arg_spec args[] = {MERGE_ARGS};

const struct layer_kind layer_maximum = {
    .entry = {.name = "maximum",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "the largest of tensors of one shape",
              .details = "Element by element. The gradient goes to the largest, and among equals "
                         "to the one named first.",
              .example = "data moons 100\ninput 2 as x\ndense 4 tanh on x as a\n"
                         "dense 4 tanh on x as b\nmaximum on a, b\ndense 1 sigmoid\nstep 1\n"},
    .mask = MASK_ANY,
    .merge = merge_equal,
    .forward = forward,
    .backward = backward,
};
