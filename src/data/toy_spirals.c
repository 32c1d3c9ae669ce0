/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/toy.h"

static struct point place(const struct toy *toy, size_t group, size_t i, size_t n)
{
    (void)toy;
    double radius = (double)(i + 1) / (double)n;
    double angle = M_PI * (3.5 * radius + (double)group);
    return (struct point){radius * cos(angle), radius * sin(angle)};
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    const struct toy spirals = {.groups = 2, .place = place};
    return toy_load(&spirals, args, seed, to, e);
}

static const struct arg_spec spirals_args[] = {
    SAMPLES_ARG(false, "200"),
    NOISE_ARG("0", "both coordinates"),
    DATA_KEYS_AS(NULL),
};

const struct data_kind data_toy_spirals = {
    .entry =
        {
            .name = "spirals",
            .args = spirals_args,
            .arg_count = COUNT(spirals_args),
            .summary = "two spirals wound into each other: two inputs, classes 0 and 1",
            .details =
                "Classes alternate sample by sample. Point i = 0, 1, ... of the n points of class "
                "c stands at radius r = (i + 1) / n and angle pi (3.5 r + c): one and three "
                "quarter turns outwards, the second spiral half a turn from the first.\n\n"
                "The task is Alexis Wieland's, published in K. J. Lang and M. J. Witbrock, "
                "\"Learning to tell two spirals apart\", 1988 Connectionist Models Summer School; "
                "theirs has three turns.",
            .example = "data spirals 300 noise=0.02 split=0.2\ninput 2\ndense 16 tanh\n"
                       "dense 16 tanh\ndense 1 sigmoid\ntrain 2\n",
        },
    .load = load,
};
