/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/pool.h"

POOL_FUNCTIONS(.axes = 2, .mean = true)

static const struct arg_spec args[] = {POOL_ARGS("pixels that one number is taken of: 2x2, or 2")};

const struct layer_kind layer_avg_pool2d = {
    .entry = {.name = "avg_pool2d",
              .alias = "average_pooling2d",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "the mean of what a window sees, in each channel",
              .details = "Channel by channel the mean of the numbers in the window. What "
                         "padding=same puts around is not counted, as in Keras. size and strides "
                         "may differ; without strides= windows lie side by side.",
              .example = "data digits\ninput 8x8x1\nconv2d 4 3x3 relu\navg_pool2d "
                         "2x2\nflatten\ndense 10 softmax\nstep 2\n"},
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
