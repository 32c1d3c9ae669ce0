/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/pool.h"

POOL_FUNCTIONS(.axes = 0, .mean = true)

static const struct arg_spec args[] = {ACTIVITY_SLOT, CALL_CLAUSES};

const struct layer_kind layer_global_avg_pool = {
    .entry =
        {.name = "global_avg_pool",
         .alias = "global_average_pooling",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "the mean number of each channel",
         .source = "Lin et al. 2014 (Network in Network)",
         .details =
             "Takes steps x channels, or height x width x channels, and leaves the "
             "channels: each is the mean over all places, or over those of the steps that are not "
             "masked; 0 where all are.",
         .example = "data digits\ninput 8x8x1\nconv2d 16 3x3 relu\nglobal_avg_pool\ndense 10 "
                    "softmax\nstep 2\n"},
    .mask = MASK_READS,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
