/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units that are dead: whose |output| is over 0.1 for no sample of a share. The units of an output
 * are the numbers along its last axis. */
#ifndef NNR_TRAIN_UNITS_H
#define NNR_TRAIN_UNITS_H

#include "nn/frame.h"

/* An |output| up to this counts as small; above it the unit fires. */
#define UNIT_SMALL R(0.1)

/* Zeroed memory is valid, and knows of no unit. */
struct units {
    const struct graph *graph;
    size_t *first; /* for each call: where its units begin in `fired`; one more at the end */
    size_t *left;  /* for each call: its units that have not fired so far */
    bool *fired;   /* for each unit */
};

/* For the calls that make values of their own. 0, or -1 without memory. */
int units_begin(struct units *u, const struct graph *g);
/* After a forward pass. */
void units_add(struct units *u, const struct frame *f);
/* How many units a call has, 0 if it is not looked at, and how many of them are dead so far. */
size_t units_count(const struct units *u, id call);
size_t units_dead(const struct units *u, id call);
void units_finish(struct units *u);

#endif
