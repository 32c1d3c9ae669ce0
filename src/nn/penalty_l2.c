/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

static struct powers powers(const struct args *self)
{
    return (struct powers){.c2 = self->arg[0].as.number};
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
};

const struct penalty_kind penalty_l2 = {
    .entry =
        {
            .name = "l2",

            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "the sum of squares",
            .use = "The first thing to try against overfitting. It pulls large numbers most and "
                   "none to exactly 0.",
            .source = "Hoerl and Kennard 1970 (ridge regression); Keras L2",
            .details =
                "strength * sum x^2, gradient 2 * strength * x: no hidden half. "
                "PyTorch's "
                "weight_decay of the same size acts as half of it. On an activity the sum runs "
                "over the batch and is divided as reduce= says.",
            .example = "data moons 100\ninput 2\ndense 8 tanh kernel=l2(1e-3) activity=l2(1e-3)\n"
                       "dense 1 sigmoid\nstep 1\npenalties\n",
        },
    .formula = "strength*sum(x^2)",
    .picture = "l2(1) of ?",
    .masked = MASKED_PACKED,
    .sums = powers_sums,
    .gather = powers_gather,
    .value = powers_value,
    .adjoint = powers_adjoint,
    .powers = powers,
};
