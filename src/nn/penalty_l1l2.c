/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

static struct powers powers(const struct args *self)
{
    return (struct powers){.c1 = self->arg[0].as.number, .c2 = self->arg[1].as.number};
}

static const struct arg_spec args[] = {
    STRENGTH("l1", "the factor of the sum of absolute values"),
    STRENGTH("l2", "the factor of the sum of squares"),
    REDUCE,
    PROX,
};

const struct penalty_kind penalty_l1l2 = {
    .entry =
        {
            .name = "l1l2",
            .alias = "l1_l2",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "absolute values and squares together",
            .use = "Where l1 is wanted and inputs are alike: the squares let such inputs share "
                   "their weight, of which l1 alone would pick one.",
            .source = "Zou and Hastie 2005 (the elastic net); Keras L1L2",
            .details = "l1 * sum |x| + l2 * sum x^2 as one term. l1(a)+l2(b) is the "
                       "same penalty "
                       "as two terms, each with a row of its own. With prox=yes all of the term "
                       "acts after the optimizer, see l1: a weight w becomes the soft threshold of "
                       "w at l1 t, over 1 + 2 l2 t.",
            .example = "data moons 100\ninput 2\ndense 8 tanh kernel=l1l2(1e-3, 1e-3) "
                       "activity=l1l2(1e-3, 1e-3)\n"
                       "dense 1 sigmoid\nstep 1\npenalties\n",
        },
    .formula = "l1*sum(abs(x)) + l2*sum(x^2)",
    .picture = "l1l2(1, 1) of ?",
    .check = prox_check,
    .masked = MASKED_PACKED,
    .sums = powers_sums,
    .gather = powers_gather,
    .value = powers_value,
    .adjoint = powers_adjoint,
    .prox = powers_prox,
    .powers = powers,
};
