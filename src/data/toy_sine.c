/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/toy.h"

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    size_t samples = (size_t)args_whole(args, "samples");
    double noise = args_number(args, "noise");
    uint64_t key = load_key(args, seed);
    struct shape line = shape_of(1);
    if (load_room(to, samples, &line, 1, args->where, e))
        return -1;
    for (size_t s = 0; s < samples; s++) {
        if (stop_asked_at(to->stop, s))
            return err_stopped(e);
        double x = 2 * toy_uniform(key, s) - 1;
        to->x[s] = (real)x;
        to->y[s] = (real)(sin(M_PI * x) + noise * toy_normal(key, s, 0));
    }
    return 0;
}

static const struct arg_spec sine_args[] = {
    SAMPLES_ARG(false, "200"),
    NOISE_ARG("0", "the target"),
    DATA_KEYS_AS(NULL),
};

const struct data_kind data_toy_sine = {
    .entry =
        {
            .name = "sine",
            .args = sine_args,
            .arg_count = COUNT(sine_args),
            .summary = "one period of a sine: one input, one target to be fitted",
            .details = "x is uniform in [-1, 1), the target is sin(pi x) plus noise. With few "
                       "samples and much noise a large net follows the noise, which is what "
                       "penalties are there to prevent.",
            .example = "data sine 40 noise=0.2 split=0.25\ninput 1\ndense 32 tanh kernel=l2(1e-4)\n"
                       "dense 1\nloss mse\ntrain 2\n",
        },
    .load = load,
};
