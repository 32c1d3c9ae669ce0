/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

static struct powers powers(const struct args *self)
{
    return (struct powers){.c1 = self->arg[0].as.number};
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
};

const struct penalty_kind penalty_l1 = {
    .entry =
        {
            .name = "l1",

            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "the sum of absolute values",
            .use = "For few weights or active units that count, at a price: those that stay are "
                   "made smaller too, by the same pull whatever their size. By its slope alone "
                   "numbers come near 0 and seldom to it.",
            .source = "Tibshirani 1996 (the lasso); Keras L1",
            .details = "strength * sum |x|, gradient strength * sign(x), where sign(0) is 0. On an "
                       "activity the sum runs over the batch and is divided as reduce= says.",
            .example = "data moons 100\ninput 2\ndense 8 tanh kernel=l1(1e-3) activity=l1(1e-3)\n"
                       "dense 1 sigmoid\nstep 1\npenalties\n",
        },
    .formula = "strength*sum(abs(x))",
    .picture = "l1(1) of ?",
    .sums = powers_sums,
    .gather = powers_gather,
    .value = powers_value,
    .adjoint = powers_adjoint,
    .powers = powers,
};
