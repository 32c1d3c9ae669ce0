/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of the flat weight block that an optimizer may move. */
#ifndef NNR_TRAIN_RANGE_H
#define NNR_TRAIN_RANGE_H

#include "nn/graph.h"
#include "num/kernels.h"

struct range {
    size_t at, count; /* in reals */
    bool decays;      /* an optimizer's decay acts on it */
};

/* The ranges of a graph, neighbouring weights that decay alike as one: *count of them, to be freed
 * with mem_free; NULL without memory. */
struct range *ranges_create(const struct graph *g, size_t *count);
/* The sum of squares of a gradient over all ranges. */
double ranges_squares(const struct range *range, size_t count, const real *grad);
/* One of `parts` parts of a range, in whole cache lines: numbers [*from, *to) of it. */
void range_slice(const struct range *r, size_t part, size_t parts, size_t *from, size_t *to);

#endif
