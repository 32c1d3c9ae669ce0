/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of a value after a pass, without those of masked steps. */
#ifndef NNR_TRAIN_SEEN_H
#define NNR_TRAIN_SEEN_H

#include "nn/frame.h"

/* A walk over them: after each seen_next that returns true, x[n] are the next ones, whole steps.
 * Without a mask they all come at once. */
struct seen {
    const real *x;
    size_t n;
    const real *next, *mask; /* of what was not walked over yet */
    size_t left;
};

struct seen seen_begin(const struct frame *f, id value);
bool seen_next(struct seen *s);
/* How many numbers there are. */
size_t seen_count(const struct frame *f, id value);

#endif
