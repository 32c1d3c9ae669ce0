/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Putting points into a model's history from what a step left behind. Looking changes nothing: the
 * same numbers are trained with and without it. */
#ifndef NNR_TRAIN_METRICS_H
#define NNR_TRAIN_METRICS_H

#include "nn/frame.h"
#include "train/model.h"
#include "train/units.h"

/* What the last step left behind. */
struct last_batch {
    double *row; /* for each row of the plan: its value */
    double data; /* the data loss */
    size_t samples;
    struct frame *const *frame; /* these hold its values, in the order of the samples */
    size_t frames;
};

/* Knows the series of each figure, for one graph and plan. */
struct metrics;
/* NULL without memory. */
struct metrics *metrics_create(const struct graph *g, const struct plan *p);
void metrics_destroy(struct metrics *x);

/* Terms have other names now. */
void metrics_restart(struct metrics *x, const struct graph *g);
/* A point at the present step with the figures of the last batch. */
int metrics_batch(struct metrics *x, struct model *m, const struct last_batch *o, struct err *e);
/* Whether the epoch that just ended gets a point: after 1,024 epochs only every second one does,
 * and so on. */
bool metrics_has_point(const struct model *m);
/* A point with the means over that epoch. */
int metrics_epoch(struct metrics *x, struct model *m, const struct last_batch *o, struct err *e);
/* What the first step was computed with is what the model was before it: the start of each series.
 */
int metrics_start(struct metrics *x, struct model *m, const struct last_batch *o, struct err *e);
/* Offers rows to the traces of each layer's output, of the last batch. */
int metrics_traces(struct metrics *x, struct model *m, const struct last_batch *o, struct err *e);
/* The point of the validation share: the means of its data loss and of its total. */
int metrics_validation(struct metrics *x, struct model *m, double data, double total,
                       struct err *e);
/* What that share said before the first step: a start. */
int metrics_validation_start(struct metrics *x, struct model *m, double data, double total,
                             struct err *e);
/* A point of the units that are dead on the validation share, or their start. */
int metrics_units(struct metrics *x, struct model *m, const struct units *u, bool start,
                  struct err *e);

#endif
