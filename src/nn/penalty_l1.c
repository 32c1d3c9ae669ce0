/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

static struct powers powers(const struct args *self)
{
    return (struct powers){.c1 = self->arg[0].as.number};
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
    PROX,
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
                   "numbers come near 0 and seldom to it; prox=yes makes weights exactly 0.",
            .source = "Tibshirani 1996 (the lasso); Keras L1; prox: Daubechies, Defrise and De Mol "
                      "2004 (ISTA)",
            .details =
                "strength * sum |x|, gradient strength * sign(x), where sign(0) is 0. On an "
                "activity the sum runs over the batch and is divided as reduce= says. A step along "
                "that slope passes 0 and never stays there. With prox=yes, on weights, the term is "
                "in no gradient: after the optimizer has moved a weight it is drawn towards 0 by "
                "strength times its own step size t, and is exactly 0 when it would pass it (a "
                "soft threshold). t is what a slope of 1 that stays moves the weight by: lr in sgd "
                "and lion, lr / (1 - momentum) with momentum, else lr over the root that divided "
                "the weight's gradient. So weights come to rest where loss and penalty together "
                "are least (not in lion, which goes by signs alone). Clipping and momentum do not "
                "see the term; constraints come after it. Its row counts as ever and is marked "
                "proximal; X.kernel.grad and checkgrad are without it; show LAYER says how many "
                "weights are exactly 0. scikit-learn's Lasso(alpha) is mse with "
                "l1(2*alpha, prox=yes): its loss is half of mse.",
            .example = "data moons 100\ninput 2\ndense 8 tanh kernel=l1(1e-3) activity=l1(1e-3)\n"
                       "dense 1 sigmoid\nstep 1\npenalties\n",
        },
    .formula = "strength*sum(abs(x))",
    .picture = "l1(1) of ?",
    .check = prox_check,
    .masked = MASKED_PACKED,
    .sums = powers_sums,
    .gather = powers_gather,
    .value = powers_value,
    .adjoint = powers_adjoint,
    .prox = powers_prox,
    .powers = powers,
};
