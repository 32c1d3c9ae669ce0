/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/steps.h"

static void draw(const struct args *args, const struct drawn_sample *s)
{
    size_t ones = 0;
    (void)args;
    for (size_t t = 0; t < s->length; t++) {
        const bool one = steps_uniform(s, t) < 0.5;
        s->x[t] = one ? R(1.0) : R(-1.0);
        ones += one;
    }
    s->y[0] = (real)(ones % 2);
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    return steps_load(args, seed, 1, 1, 1, draw, to, e);
}

static const struct arg_spec parity_args[] = {
    SAMPLES_ARG(false, "1000"),
    STEPS_ARG("12", 1),
    LENGTHS_ARG,
    DATA_KEYS,
};

const struct data_kind data_steps_parity = {
    .entry =
        {
            .name = "parity",
            .args = parity_args,
            .arg_count = COUNT(parity_args),
            .summary = "whether a sequence has an odd number of ones",
            .details = "A step is 1 or -1, as likely; the target is 1 where the number of ones is "
                       "odd, else 0. Every step turns the answer round, so none can be left out.",
            .example = "data parity 200 steps=6 split=0.2\ninput 6x1\ngru 8\ndense 1 sigmoid\n"
                       "train 1\n",
        },
    .load = load,
};
