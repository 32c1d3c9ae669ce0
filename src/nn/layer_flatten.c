/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)self;
    (void)e;
    *out = shape_of((uint32_t)shape_count(in));
    return 0;
}

static const struct arg_spec args[] = {ACTIVITY_SLOT, CALL_CLAUSES};

const struct layer_kind layer_flatten = {
    .entry = {.name = "flatten",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "all axes of a sample as one",
              .details =
                  "The numbers stay where they are: 10x100 becomes 1000, the last axis fastest.",
              .example = "data random 64 shape=3x4\ninput 3x4\ndense 5 relu\nflatten\n"
                         "dense 1 sigmoid\nstep 1\n"},
    .view = true,
    .shape = shape,
};
