/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/merge.h"

static void forward(struct planner *p, id call)
{
    planner_join(p, call, JOIN_MAXIMUM);
}

static void backward(struct planner *p, id call)
{
    planner_join_slopes(p, call, JOIN_MAXIMUM);
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
    .merge = merge_equal,
    .forward = forward,
    .backward = backward,
};
