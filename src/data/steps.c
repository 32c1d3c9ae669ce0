/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/steps.h"

#include "base/rng.h"

#define EXAMPLE(word)                                                                              \
    "data parity 100 steps=6 lengths=" word "\ninput 6x1\nmasking 0\nlstm 4\ndense 1 sigmoid\n"    \
    "step 1\n"

static const struct entry lengths_full = {
    .name = "full",
    .summary = "every sample has all steps",
    .details = "No step is padding.",
    .example = EXAMPLE("full"),
};
static const struct entry lengths_varied = {
    .name = "varied",
    .summary = "samples of half the steps up to all of them, filled up with 0",
    .details =
        "The length is drawn for each sample. A step that is there is never 0 throughout, so "
        "masking 0 finds the padding; where each step has targets, they are 0 there.",
    .example = EXAMPLE("varied"),
};
static const struct entry *const rows[] = {&lengths_full, &lengths_varied};
const struct table data_lengths = {"lengths", rows, COUNT(rows)};

double steps_uniform(const struct drawn_sample *s, size_t k)
{
    return rng_uniform(s->key, s->at + 1 + k);
}

size_t steps_below(const struct drawn_sample *s, size_t k, size_t n)
{
    return (size_t)(steps_uniform(s, k) * (double)n);
}

/* The first number of a sample is for its length. */
static size_t draw_length(const struct drawn_sample *s, size_t least)
{
    const size_t half = (s->steps + 1) / 2, low = half > least ? half : least;
    return low + (size_t)(rng_uniform(s->key, s->at) * (double)(s->steps - low + 1));
}

int steps_load(const struct args *args, uint64_t seed, size_t features, size_t targets,
               size_t least, draw_sample *draw, struct dataset *to, struct err *e)
{
    const size_t samples = (size_t)args_whole(args, "samples");
    const size_t steps = (size_t)args_whole(args, "steps"), words = 2 * steps + 3;
    const bool varied = args_get(args, "lengths")->as.choice == &lengths_varied;
    struct shape shape = {.axes = 2, .size = {(uint32_t)steps, (uint32_t)features}};
    if (load_room(to, samples, &shape, targets, args->where, e))
        return -1;
    for (size_t i = 0; i < samples; i++) {
        struct drawn_sample s = {.key = load_key(args, seed),
                                 .at = i * words,
                                 .steps = steps,
                                 .length = steps,
                                 .x = to->x + i * to->inputs,
                                 .y = to->y + i * targets};
        if (stop_asked_at(to->stop, i))
            return err_stopped(e);
        if (varied)
            s.length = draw_length(&s, least);
        draw(args, &s);
    }
    return 0;
}
