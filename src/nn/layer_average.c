/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/merge.h"

static void run(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    real *y = f->at[s->y[0]];
    merge_sum(s, f);
    for (size_t i = 0; i < n; i++)
        y[i] /= (real)s->mores;
}

static void run_grad(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const real *d = f->at[s->x[0]];
    real *dx = f->at[s->y[0]];
    for (size_t k = 0; k < n; k++) {
        const real v = d[k] / (real)s->mores;
        dx[k] = s->add[0] ? dx[k] + v : v;
    }
}

static const struct op_kind op_average = {.name = "average", .run = run};
static const struct op_kind op_average_grad = {.name = "average_grad", .run = run_grad};

static void forward(struct planner *p, id call)
{
    merge_forward(p, call, &op_average);
}

static void backward(struct planner *p, id call)
{
    merge_backward(p, call, &op_average_grad);
}

static const struct arg_spec args[] = {MERGE_ARGS};

const struct layer_kind layer_average = {
    .entry = {.name = "average",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "the mean of tensors of one shape",
              .details = "Element by element: their sum over how many there are.",
              .example = "data moons 100\ninput 2 as x\ndense 4 tanh on x as a\n"
                         "dense 4 tanh on x as b\naverage on a, b\ndense 1 sigmoid\nstep 1\n"},
    .mask = MASK_ANY,
    .merge = merge_equal,
    .forward = forward,
    .backward = backward,
};
