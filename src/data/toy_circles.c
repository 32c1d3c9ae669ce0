/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/toy.h"

static struct point place(const struct toy *toy, size_t group, size_t i, size_t n)
{
    (void)toy;
    double radius = group ? 0.5 : 1;
    double angle = 2 * M_PI * (double)i / (double)n;
    return (struct point){radius * cos(angle), radius * sin(angle)};
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    const struct toy circles = {.groups = 2, .place = place};
    return toy_load(&circles, args, seed, to, e);
}

static const struct arg_spec circles_args[] = {
    SAMPLES_ARG(false, "200"),
    NOISE_ARG("0", "both coordinates"),
    DATA_KEYS_AS(NULL),
};

const struct data_kind data_toy_circles = {
    .entry =
        {
            .name = "circles",
            .args = circles_args,
            .arg_count = COUNT(circles_args),
            .summary = "a ring inside a ring: two inputs, classes 0 and 1",
            .details = "Classes alternate sample by sample. Point i = 0, 1, ... of the n points of "
                       "a class stands at the angle 2 pi i / n, on a circle of radius 1 (class 0) "
                       "or 0.5 (class 1) round the origin.\n\n"
                       "The picture is that of scikit-learn's make_circles with factor=0.5.",
            .example = "data circles 200 noise=0.05\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                       "train 2\n",
        },
    .load = load,
};
