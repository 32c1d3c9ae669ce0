/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/toy.h"

static struct point place(const struct toy *toy, size_t group, size_t i, size_t n)
{
    (void)toy;
    double t = n > 1 ? M_PI * (double)i / (double)(n - 1) : 0;
    if (group)
        return (struct point){1 - cos(t), 0.5 - sin(t)};
    return (struct point){cos(t), sin(t)};
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    const struct toy moons = {.groups = 2, .place = place};
    return toy_load(&moons, args, seed, to, e);
}

static const struct arg_spec moons_args[] = {
    SAMPLES_ARG(false, "200"),
    NOISE_ARG("0", "both coordinates"),
    DATA_KEYS_AS(NULL),
};

const struct data_kind data_toy_moons = {
    .entry =
        {
            .name = "moons",
            .args = moons_args,
            .arg_count = COUNT(moons_args),
            .summary = "two half circles that reach into each other: two inputs, classes 0 and 1",
            .details =
                "Classes alternate sample by sample. Point i = 0, 1, ... of the n points of a "
                "class has t = pi i / (n - 1) and stands at (cos t, sin t) in class 0 and at "
                "(1 - cos t, 0.5 - sin t) in class 1.\n\n"
                "The picture is that of scikit-learn's make_moons.",
            .example = "data moons 200 noise=0.1\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                       "train 2\n",
        },
    .load = load,
};
