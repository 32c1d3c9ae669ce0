/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt_adam.h"

static double decay(const struct args *self)
{
    return args_number(self, "weight_decay") * args_number(self, "lr");
}

static const struct arg_spec args[] = {
    LEARNING_RATE("0.001"),
    OPTION("weight_decay", "0.004", 0, 1e6, "the share of a weight, times lr, that a step takes"),
    ADAM_OPTIONS, CLIPPING};

const struct opt_kind opt_adamw = {
    .entry = {.name = "adamw",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "Adam with decoupled weight decay",
              .use = "With adam, in place of a kernel's l2: adam divides a penalty's slope by the "
                     "gradient's size, and a decay it does not.",
              .source = "Loshchilov and Hutter 2019, in Keras's order",
              .details = "First w -= weight_decay lr w, then a step of adam. The decay is no "
                         "penalty: it has no row in the "
                         "ledger, is not clipped and does not enter the moments. It acts on all "
                         "weights that may move, biases included, as Keras does unless told "
                         "otherwise. weight_decay times lr may be 1 at most.",
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                         "optimizer adamw lr=0.01 weight_decay=0.1\ntrain 2\n"},
    .slots = 2,
    .update = adam_update,
    .step_sizes = adam_step_sizes,
    .reach = adam_reach,
    .decay = decay,
};
