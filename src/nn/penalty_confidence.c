/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/entropy.h"

static double value(const struct args *self, const struct extent *n, const double *sums)
{
    const double strength = penalty_strength(self);
    (void)n;
    return strength != 0 ? strength * sums[0] : 0;
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *sums, real *dx, bool add)
{
    (void)sums;
    entropy_slopes(n->count, scale * penalty_strength(self), x, dx, add);
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
};

const struct penalty_kind penalty_confidence = {
    .entry =
        {
            .name = "confidence",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "the negative entropy of probabilities: against outputs that are too sure",
            .use = "For classifiers that are too sure of themselves.",
            .source = "Pereyra and others 2017 (Regularizing neural networks by penalizing "
                      "confident output distributions)",
            .details =
                "strength * sum x log x, gradient strength * (log(x) + 1): entropy with the sign "
                "turned. Its value is 0 or below, which the ledger marks as negative: the more "
                "undecided, the lower. It is for probabilities, the outputs of sigmoid or softmax: "
                "other numbers are an error. 0 log 0 is 0, with the slope 0.",
            .example = "data blobs 100 classes=4\ninput 2\ndense 8 tanh\ndense 4 softmax "
                       "activity=confidence(0.1)\n"
                       "loss categorical_crossentropy\nstep 5\npenalties\n",
        },
    .picture = "confidence(1) at ? from 0.001 to 1",
    .formula = "strength*sum(where(x > 0, x*log(x), 0))",
    .by_sample = true,
    .domain = ENTROPY_DOMAIN,
    .check = entropy_check,
    .masked = MASKED_PACKED,
    .sums = entropy_sums,
    .gather = entropy_gather,
    .value = value,
    .adjoint = adjoint,
};
