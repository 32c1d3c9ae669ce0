/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

static int check(const struct args *self, const struct shape *shape, bool activity, struct err *e)
{
    (void)shape;
    if (activity)
        return 0;
    err_at(e, self->where, "ar is for activities");
    return err_hint(e, "the sum of squares of a weight is l2");
}

static struct powers powers(const struct args *self)
{
    return (struct powers){.c2 = self->arg[0].as.number};
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
};

const struct penalty_kind penalty_ar = {
    .entry =
        {
            .name = "ar",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "activation regularization: the sum of squares of an activity",
            .use = "Beside tar, to keep the outputs of a layer over time small and smooth.",
            .source = "Merity, McCann and Socher 2017 (Revisiting activation regularization for "
                      "language RNNs)",
            .details = "strength * sum x^2 of an activity, gradient 2 * strength * x: l2 by the "
                       "name that it has beside tar. The paper, fastai and Gluon take reduce=mean.",
            .example = "data random 60 shape=6x3 target=1\ninput 6x3\ntimedistributed dense 4 tanh "
                       "activity=ar(0.1, reduce=mean)+tar(0.1, reduce=mean)\nflatten\ndense 1\n"
                       "step 1\npenalties\n",
        },
    .picture = "ar(1) at ?",
    .formula = "strength*sum(x^2)",
    .check = check,
    .masked = MASKED_PACKED,
    .sums = powers_sums,
    .gather = powers_gather,
    .value = powers_value,
    .adjoint = powers_adjoint,
    .powers = powers,
};
