/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a committed step does to the weights: the gradient is clipped, the optimizer moves the
 * weights along it (a decoupled decay comes first), constraints bring them back (Keras's order). */
#ifndef NNR_TRAIN_UPDATE_H
#define NNR_TRAIN_UPDATE_H

#include "train/workers.h"

struct update {
    struct model *model; /* its grad is the gradient, which is left as it is */
    const struct range *range;
    size_t ranges;
    real *scratch;           /* as large as the gradient; overwritten */
    struct workers *workers; /* NULL: one thread */
};

/* Moves the weights and counts the update. Frozen weights stay as they are. Cannot fail: see
 * update_reach. */
void update_weights(const struct update *u);
/* The largest number that this may come to write for a gradient of Euclidean norm `norm` over all
 * weights that may move; not finite if that is not. */
double update_reach(const struct model *m, double norm);

#endif
