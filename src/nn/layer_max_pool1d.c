/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/pool.h"

POOL_FUNCTIONS(.axes = 1)

static const struct arg_spec args[] = {POOL_ARGS("steps that one number is taken of")};

const struct layer_kind layer_max_pool1d = {
    .entry = {.name = "max_pool1d",
              .alias = "max_pooling1d",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "the largest of what a window sees, in each channel",
              .details = "Channel by channel the largest number in the window. Of several that are "
                         "the largest the first, row by row, gets the gradient, as in PyTorch. "
                         "What padding=same puts around is never the largest. size and strides may "
                         "differ; without strides= windows lie side by side.",
              .example = "data random 64 shape=12x3\ninput 12x3\nconv1d 4 3 relu\nmax_pool1d "
                         "2\nflatten\ndense 1 sigmoid\nstep 2\n"},
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
