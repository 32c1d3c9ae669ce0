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
/* Whether the epoch that just ended gets a point: after 1,024 epochs only every second one does,
 * and so on. */
bool observe_has_point(const struct model *m);
/* A point with the means over that epoch. */
int observe_epoch(struct model *m, struct err *e);

/* The data loss and the total on the validation share, a batch at a time, so that it can be
 * stopped. */
struct validation {
    struct probe probe;
    double data, total; /* summed over the samples so far */
};
/* The data has a validation share and outlives `v`. */
int validation_begin(struct validation *v, struct model *m, const struct dataset *d, uint64_t seed,
                     struct err *e);
/* The next batch; false: all of them are done. */
bool validation_next(struct validation *v);
/* The point of a validation that is done. */
int observe_validation(struct model *m, const struct validation *v, struct err *e);

#endif
