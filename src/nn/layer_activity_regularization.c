/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)self;
    (void)e;
    *out = *in;
    return 0;
}

static const struct arg_spec args[] = {
    ARG("activity", POSITIONAL, ARG_SUM, .of = &penalty_kinds, .required = true,
        .line = "the penalty", .meaning = MEANS_ACTIVITY),
    CALL_CLAUSES,
};

const struct layer_kind layer_activity_regularization = {
    .entry = {.name = "activity_regularization",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "a penalty on whatever flows through",
              .use =
                  "For a penalty on what no layer of its own puts out: a sum, one of several calls "
                  "of a shared layer, a block's output.",
              .source = "Keras ActivityRegularization",
              .details =
                  "The tensor goes through unchanged. On an input it counts and moves nothing.",
              .example = "data moons 200\ninput 2\ndense 8 tanh\nactivity_regularization l1(1e-3)\n"
                         "dense 1 sigmoid\nstep 1\npenalties\n"},
    .view = true,
    .mask = MASK_PASSES,
    .shape = shape,
};
