/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/load.h"

#include "base/rng.h"

static const uint64_t most_numbers = (uint64_t)1 << 31;

/* Whether samples * size[0] * size[1] ... stays within the limit; no product on the way wraps. */
static bool fits_memory(size_t samples, const struct shape *shape)
{
    uint64_t all = samples;
    for (uint32_t i = 0; i < shape->axes; i++) {
        if (all > most_numbers / shape->size[i])
            return false;
        all *= shape->size[i];
    }
    return all <= most_numbers;
}

static int too_many(size_t samples, const struct shape *shape, struct span where, struct err *e)
{
    char text[80];
    err_at(e, where, "%zu samples of \"%s\" are more than %llu numbers", samples,
           shape_text(shape, text, sizeof text), (unsigned long long)most_numbers);
    return err_hint(e, "take fewer samples or smaller ones");
}

static int check_sizes(const struct shape *shape, struct span where, struct err *e)
{
    char text[80];
    for (uint32_t i = 0; i < shape->axes; i++)
        if (!shape->size[i]) {
            err_at(e, where, "a size of 0 in \"%s\"", shape_text(shape, text, sizeof text));
            return err_hint(e, "sizes are 1 or more");
        }
    return 0;
}

int load_room(struct dataset *to, size_t samples, const struct shape *shape, size_t targets,
              struct span where, struct err *e)
{
    struct shape columns = shape_of((uint32_t)targets);
    if (check_sizes(shape, where, e))
        return -1;
    if (!fits_memory(samples, shape))
        return too_many(samples, shape, where, e);
    if (targets && !fits_memory(samples, &columns))
        return too_many(samples, &columns, where, e);
    to->samples = samples;
    to->shape = *shape;
    to->inputs = shape_count(shape);
    to->targets = to->target_is_input ? to->inputs : targets;
    to->x = mem_block(samples * to->inputs, sizeof(real));
    to->y = to->target_is_input ? to->x : mem_block(samples * targets, sizeof(real));
    return to->x && to->y ? 0 : err_memory(e);
}

uint64_t load_key(const struct args *args, uint64_t seed)
{
    return rng_key(seed, "data", args->entry->name, 0);
}
