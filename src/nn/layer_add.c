/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/merge.h"

static const struct op_kind op_add = {.name = "add", .run = merge_sum};

static void forward(struct planner *p, id call)
{
    merge_forward(p, call, &op_add);
}

static void backward(struct planner *p, id call)
{
    merge_backward(p, call, &op_copy);
}

static const struct arg_spec args[] = {MERGE_ARGS};

const struct layer_kind layer_add = {
    .entry = {.name = "add",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "the sum of tensors of one shape",
              .details = "Element by element; the gradient goes to each of them. A tensor may be "
                         "named more than once.",
              .example = "data moons 100\ninput 2 as x\ndense 4 tanh on x as a\n"
                         "dense 4 tanh on x as b\nadd on a, b\ndense 1 sigmoid\nstep 1\n"},
    .mask = MASK_ANY,
    .merge = merge_equal,
    .forward = forward,
    .backward = backward,
};
