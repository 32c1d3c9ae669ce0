/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/toy.h"

static struct point place(const struct toy *toy, size_t group, size_t i, size_t n)
{
    (void)i;
    (void)n;
    double angle = 2 * M_PI * (double)group / (double)toy->groups;
    return (struct point){cos(angle), sin(angle)};
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    const struct arg *classes = args_get(args, "classes");
    long samples = args_whole(args, "samples");
    if (classes->as.whole > samples) {
        err_at(e, classes->where, "%ld samples cannot fill \"%ld\" classes", samples,
               classes->as.whole);
        return err_hint(e, "take at least one sample a class");
    }
    const struct toy blobs = {.groups = (size_t)classes->as.whole, .place = place};
    return toy_load(&blobs, args, seed, to, e);
}

static const struct arg_spec blobs_args[] = {
    SAMPLES_ARG(false, "200"),
    ARG("classes", KEY, ARG_WHOLE, .standard = "3", .min = 2, .max = 1000,
        .line = "how many clouds"),
    NOISE_ARG("0.2", "both coordinates: the size of a cloud"),
    DATA_KEYS_AS(NULL),
};

const struct data_kind data_toy_blobs = {
    .entry =
        {
            .name = "blobs",
            .args = blobs_args,
            .arg_count = COUNT(blobs_args),
            .summary = "a round cloud for each class: two inputs, classes from 0",
            .details =
                "Sample s = 0, 1, ... is of class c = s modulo k, where k is the number of "
                "classes. It is drawn from the normal distribution with deviation `noise` in both "
                "coordinates round (cos a, sin a), a = 2 pi c / k: the centres divide the circle "
                "of radius 1 evenly.",
            .example = "data blobs 300 classes=4\ninput 2\ndense 8 tanh\ndense 4 softmax\n"
                       "train 2\n",
        },
    .load = load,
};
