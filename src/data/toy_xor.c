/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/toy.h"

static struct point place(const struct toy *toy, size_t group, size_t i, size_t n)
{
    (void)toy;
    (void)i;
    (void)n;
    return (struct point){(double)(group / 2), (double)(group % 2)};
}

static size_t either(size_t group)
{
    return (group / 2) ^ (group % 2);
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    const struct toy corners = {.groups = 4, .place = place, .target = either};
    return toy_load(&corners, args, seed, to, e);
}

static const struct arg_spec xor_args[] = {
    SAMPLES_ARG(false, "4"),
    NOISE_ARG("0", "both inputs"),
    DATA_KEYS_AS(NULL),
};

const struct data_kind data_toy_xor = {
    .entry =
        {
            .name = "xor",
            .args = xor_args,
            .arg_count = COUNT(xor_args),
            .summary = "one or the other but not both: two inputs, classes 0 and 1",
            .details =
                "The corners (0, 0), (0, 1), (1, 0), (1, 1) in turn, with the targets 0, 1, 1, 0: "
                "with four samples, as it is by itself, the truth table. No straight line "
                "separates the classes, so a net without a hidden layer fails (M. Minsky and "
                "S. Papert, \"Perceptrons\", MIT Press 1969).",
            .example = "data xor\ninput 2\ndense 4 tanh\ndense 1 sigmoid\ntrain 2\npredict 0 1\n",
        },
    .load = load,
};
