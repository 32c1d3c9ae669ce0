/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt_adam.h"
#include "train/opt_decay.h"

static const struct arg_spec args[] = {LEARNING_RATE("0.001"), WEIGHT_DECAY("0.004"), ADAM_OPTIONS,
                                       COMMON_KEYS};

const struct opt_kind opt_adamw = {
    .entry = {.name = "adamw",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "Adam with decoupled weight decay",
              .use = "With adam, in place of a kernel's l2: adam divides a penalty's slope by the "
                     "gradient's size, and a decay it does not.",
              .source = "Loshchilov and Hutter 2019, in Keras's order",
              .details = "First w -= weight_decay lr w, then a step of adam. " DECAY_DETAILS,
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                         "optimizer adamw lr=0.01 weight_decay=0.1\ntrain 2\n"},
    .slots = 2,
    .update = adam_update,
    .step_sizes = adam_step_sizes,
    .reach = adam_reach,
    .decay = opt_weight_decay,
};
