/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/steps.h"

/* Numbers above 0 up to 1: a step is never 0 throughout. */
static void draw(const struct args *args, const struct drawn_sample *s)
{
    const size_t half = s->length / 2;
    const size_t first = steps_below(s, 2 * s->steps, half);
    const size_t second = half + steps_below(s, 2 * s->steps + 1, s->length - half);
    double sum = 0;
    (void)args;
    for (size_t t = 0; t < s->length; t++) {
        const double x = 1 - steps_uniform(s, t);
        const bool marked = t == first || t == second;
        s->x[2 * t] = (real)x;
        s->x[2 * t + 1] = marked ? R(1.0) : R(0.0);
        sum += marked ? x : 0;
    }
    s->y[0] = (real)sum;
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    return steps_load(args, seed, 2, 1, 2, draw, to, e);
}

static const struct arg_spec adding_args[] = {
    SAMPLES_ARG(false, "2000"),
    STEPS_ARG("20", 2),
    LENGTHS_ARG,
    DATA_KEYS,
};

const struct data_kind data_steps_adding = {
    .entry =
        {
            .name = "adding",
            .args = adding_args,
            .arg_count = COUNT(adding_args),
            .summary = "the sum of the two numbers of a sequence that are marked",
            .details =
                "A step is a number above 0 up to 1 and a mark, 1 at two steps, one in each half "
                "of "
                "the sequence, else 0. The target is the sum of the two marked numbers: what was "
                "met long ago must be kept, and all else forgotten. Always saying 1 has a mean "
                "squared error of 1/6. (The adding problem of Hochreiter and Schmidhuber 1997, "
                "where numbers go from -1 to 1 and the target is 0.5 + sum / 4.)",
            .example = "data adding 200 steps=10 lengths=varied split=0.2\ninput 10x2\nmasking 0\n"
                       "lstm 8 activity=l2(1e-4)\ndense 1\nloss mse\ntrain 1\n",
        },
    .load = load,
};
