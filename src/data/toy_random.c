/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/rng.h"
#include "data/load.h"

/* The next n numbers of the key. -1: stopped. */
static int fill_numbers(real *to, size_t n, uint64_t key, uint64_t *at, const struct stop *stop)
{
    for (size_t i = 0; i < n; i++) {
        if (stop_asked_at(stop, (size_t)*at))
            return -1;
        to[i] = (real)rng_uniform(key, (*at)++);
    }
    return 0;
}

/* Sample after sample, inputs before targets: a larger set begins with the smaller one. */
static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    const struct arg *shape = args_get(args, "shape");
    size_t samples = (size_t)args_whole(args, "samples");
    size_t targets = (size_t)args_whole(args, "target");
    if (load_room(to, samples, &shape->as.shape, targets, shape->where, e))
        return -1;
    uint64_t key = load_key(args, seed), at = 0;
    for (size_t s = 0; s < samples; s++) {
        if (fill_numbers(to->x + s * to->inputs, to->inputs, key, &at, to->stop) ||
            fill_numbers(to->y + s * targets, targets, key, &at, to->stop))
            return err_stopped(e);
    }
    return 0;
}

static const struct arg_spec random_args[] = {
    SAMPLES_ARG(true, NULL),
    ARG("shape", KEY, ARG_SHAPE, .required = true, .line = "the shape of one sample's input"),
    ARG("target", KEY, ARG_WHOLE, .standard = "1", .min = 1, .max = 1e6,
        .line = "how many target columns"),
    DATA_KEYS,
};

const struct data_kind data_toy_random = {
    .entry =
        {
            .name = "random",
            .args = random_args,
            .arg_count = COUNT(random_args),
            .summary = "inputs and targets that have nothing to do with each other",
            .details =
                "Every number is uniform in [0, 1) and independent of all others. There is nothing "
                "to learn but the noise itself: good for looking at penalties, sizes and speed, "
                "and for seeing a net learn by heart.",
            .example = "data random 200 shape=10x3\ninput 10x3\nflatten\ndense 1 sigmoid\n"
                       "loss mse\ntrain 2\n",
        },
    .load = load,
};
