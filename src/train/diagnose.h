/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong in a step that is not taken. */
#ifndef NNR_TRAIN_DIAGNOSE_H
#define NNR_TRAIN_DIAGNOSE_H

#include "nn/frame.h"
#include "train/model.h"
#include "train/range.h"

/* A step that was run in one frame, its gradient in `grad`. */
struct suspect {
    const struct model *model;
    struct frame *frame;
    const struct range *range;
    size_t ranges;
    const real *grad;
};

/* Names the first thing in the order of work that is not finite; returns -1. The frame's gradient
 * is made anew. */
int diagnose_step(const struct suspect *s, const struct figures *x, struct err *e);

#endif
