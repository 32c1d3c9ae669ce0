/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What loaders share: room for the samples, and the arguments that several of them take. */
#ifndef NNR_DATA_LOAD_H
#define NNR_DATA_LOAD_H

#include "data/dataset.h"

/* The number of samples, by place. */
#define SAMPLES_ARG(need, usual)                                                                   \
    {                                                                                              \
        .name = "samples", .form = POSITIONAL, .type = ARG_WHOLE, .required = (need),              \
        .standard = (usual), .min = 1, .max = 1e7, .line = "how many samples to draw"              \
    }
#define NOISE_ARG(usual, what)                                                                     \
    {                                                                                              \
        .name = "noise", .form = KEY, .type = ARG_NUMBER, .standard = (usual), .min = 0,           \
        .max = 1e6, .line = "deviation of the normal noise added to " what                         \
    }
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Sets samples, shape, inputs and targets, and makes x[samples][inputs] and y[samples][targets],
 * zeroed. When to->target_is_input is set, y is x and `targets` is not looked at. Sizes that do
 * not fit are an error at `where`. */
int load_room(struct dataset *to, size_t samples, const struct shape *shape, size_t targets,
              struct span where, struct err *e);
/* The key of all random numbers of a loader: they follow from the seed and the kind's name. */
uint64_t load_key(const struct args *args, uint64_t seed);

#endif
