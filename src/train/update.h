/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a committed step does to the weights: the gradient is clipped, the optimizer moves the
 * weights along it (a decoupled decay comes first), constraints bring them back (Keras's order). */
#ifndef NNR_TRAIN_UPDATE_H
#define NNR_TRAIN_UPDATE_H

#include "train/model.h"

/* Moves the weights along m->grad, which is left as it is; m->next_grad is overwritten. Counts the
 * update. Frozen weights stay as they are. Cannot fail: see update_reach. */
void update_weights(struct model *m);
/* The largest number that this may come to write for a gradient of Euclidean norm `norm` over all
 * weights that may move; not finite if that is not. */
double update_reach(const struct model *m, double norm);

#endif
