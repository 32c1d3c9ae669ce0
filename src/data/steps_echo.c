/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/steps.h"

static void draw(const struct args *args, const struct drawn_sample *s)
{
    const size_t delay = (size_t)args_whole(args, "delay");
    for (size_t t = 0; t < s->length; t++)
        s->x[t] = steps_uniform(s, t) < 0.5 ? R(1.0) : R(-1.0);
    for (size_t t = delay; t < s->length; t++)
        s->y[t] = s->x[t - delay] > 0 ? R(1.0) : R(0.0);
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    const struct arg *delay = args_get(args, "delay");
    const size_t steps = (size_t)args_whole(args, "steps");
    const size_t least = (size_t)args_whole(args, "delay") + 1;
    if (least > steps) {
        err_at(e, delay->given ? delay->where : args->where,
               "a delay of %zu steps leaves nothing to echo in %zu", least - 1, steps);
        return err_hint(e, "take delay=%zu at most, or more steps", steps - 1);
    }
    return steps_load(args, seed, 1, steps, least, draw, to, e);
}

static const struct arg_spec echo_args[] = {
    SAMPLES_ARG(false, "1000"),
    STEPS_ARG("20", 1),
    ARG("delay", KEY, ARG_WHOLE, .standard = "3", .min = 0, .max = 1e5,
        .line = "after how many steps an input comes out"),
    LENGTHS_ARG,
    DATA_KEYS,
};

const struct data_kind data_steps_echo = {
    .entry =
        {
            .name = "echo",
            .args = echo_args,
            .arg_count = COUNT(echo_args),
            .summary = "each step's target is the input some steps before",
            .details =
                "A step is 1 or -1, as likely; its target is 1 where the input `delay` steps "
                "before was 1, else 0, as in the first steps, which have none before them. "
                "There are as many targets as steps: the model ends with sequences=yes and "
                "a dense 1 sigmoid at each.",
            .example = "data echo 100 steps=8 delay=2 lengths=varied split=0.2\ninput 8x1\n"
                       "masking 0\nsimple_rnn 4 sequences=yes activity=tar(1e-3)\n"
                       "dense 1 sigmoid\nloss binary_crossentropy\ntrain 1\n",
        },
    .load = load,
};
