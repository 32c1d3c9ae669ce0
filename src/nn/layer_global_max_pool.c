/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/pool.h"

POOL_FUNCTIONS(.axes = 0)

static const struct arg_spec args[] = {ACTIVITY_SLOT, CALL_CLAUSES};

const struct layer_kind layer_global_max_pool = {
    .entry = {.name = "global_max_pool",
              .alias = "global_max_pooling",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "the largest number of each channel",
              .details = "Takes steps x channels, or height x width x channels, and leaves the "
                         "channels. Of several that are the largest the first gets the gradient.",
              .example = "data digits\ninput 8x8x1\nconv2d 16 3x3 relu\nglobal_max_pool\ndense 10 "
                         "softmax\nstep 2\n"},
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
