/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting points into a model's history from what a step left behind. Looking changes nothing: the
 * same numbers are trained with and without it. */
#ifndef NNR_TRAIN_OBSERVE_H
#define NNR_TRAIN_OBSERVE_H

#include "train/engine.h"

/* Adds up rows over an epoch and knows the series of each figure, for one plan. */
struct observer;
void observer_destroy(struct observer *o);

/* Called after each step: adds the batch's rows to the epoch's. */
int observe_step(struct model *m, struct err *e);
/* A point at the present step with the figures of the last batch. */
int observe_batch(struct model *m, struct err *e);
/* A point with the means over the epoch that just ended, and, when the data has a validation share,
 * the total on it. After 1,024 epochs only every second one gets a point, and so on. */
int observe_epoch(struct model *m, const struct dataset *d, uint64_t seed, struct err *e);
/* Of that point only the total on the validation share, where there is one: the other figures come
 * from observe_batch. */
int observe_validation(struct model *m, const struct dataset *d, uint64_t seed, struct err *e);

#endif
