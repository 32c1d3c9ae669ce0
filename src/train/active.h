/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many units of a call are active, over a pass: those that put out something that is not 0
 * at a step that is not masked. */
#ifndef NNR_TRAIN_ACTIVE_H
#define NNR_TRAIN_ACTIVE_H

#include "nn/frame.h"

struct active {
    id call;
    double above;          /* |output| over this is active */
    size_t units;          /* the last axis */
    size_t count, samples; /* active outputs of so many samples */
    bool *ever;            /* for each unit */
};

/* Of a call that puts out at least one axis: 0, or -1 without memory. */
int active_begin(struct active *x, const struct graph *g, id call, double above);
/* Adds the samples that a frame holds. */
void active_add(struct active *x, const struct frame *f);
/* Outputs that are active in a sample, on average; and units that were active in none. */
double active_mean(const struct active *x);
size_t active_never(const struct active *x);
void active_finish(struct active *x);

#endif
