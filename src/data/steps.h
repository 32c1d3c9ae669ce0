/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sets of sequences that are drawn share: samples of `steps` steps, whose last ones may be
 * padding. */
#ifndef NNR_DATA_STEPS_H
#define NNR_DATA_STEPS_H

#include "data/load.h"

extern const struct table data_lengths;

#define STEPS_ARG(usual, least)                                                                    \
    ARG("steps", KEY, ARG_WHOLE, .standard = usual, .min = least, .max = 1e5,                      \
        .line = "steps of a sample")
#define LENGTHS_ARG                                                                                \
    ARG("lengths", KEY, ARG_CHOICE, .of = &data_lengths, .standard = "full",                       \
        .line = "full, or varied: samples end earlier and are filled up with 0, to be masked")

/* Loads sample by sample: each has its own part of the key's numbers, from `at` on, steps_words of
 * them, and a length of `least` steps at least. x and y are its numbers, all 0 before. */
struct drawn_sample {
    uint64_t key, at;
    size_t steps, length;
    real *x, *y;
};
typedef void draw_sample(const struct args *args, const struct drawn_sample *s);
int steps_load(const struct args *args, uint64_t seed, size_t features, size_t targets,
               size_t least, draw_sample *draw, struct dataset *to, struct err *e);

/* A number from [0, n) and one from [0, 1): number k of a sample, k < 2 steps + 2. */
size_t steps_below(const struct drawn_sample *s, size_t k, size_t n);
double steps_uniform(const struct drawn_sample *s, size_t k);

#endif
