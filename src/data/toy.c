/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/toy.h"

#include "base/rng.h"

/* Eight random words a sample: 0 is for the uniform number, and rng_normal(key, i) takes the words
 * 2 i and 2 i + 1, so that 4 s + 1 to 4 s + 3 are free of it. */
double toy_uniform(uint64_t key, size_t s)
{
    return rng_uniform(key, 8 * (uint64_t)s);
}

double toy_normal(uint64_t key, size_t s, size_t k)
{
    return rng_normal(key, 4 * (uint64_t)s + 1 + k);
}

int toy_load(const struct toy *toy, const struct args *args, uint64_t seed, struct dataset *to,
             struct err *e)
{
    size_t samples = (size_t)args_whole(args, "samples"), groups = toy->groups;
    double noise = args_number(args, "noise");
    uint64_t key = load_key(args, seed);
    struct shape plane = shape_of(2);
    if (load_room(to, samples, &plane, 1, args->where, e))
        return -1;
    for (size_t s = 0; s < samples; s++) {
        if (stop_asked_at(to->stop, s))
            return err_stopped(e);
        size_t group = s % groups;
        size_t members = (samples - group + groups - 1) / groups;
        struct point p = toy->place(toy, group, s / groups, members);
        to->x[2 * s] = (real)(p.x + noise * toy_normal(key, s, 0));
        to->x[2 * s + 1] = (real)(p.y + noise * toy_normal(key, s, 1));
        to->y[s] = (real)(toy->target ? toy->target(group) : group);
    }
    return 0;
}
