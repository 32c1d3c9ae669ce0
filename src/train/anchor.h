/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What penalties on the distance from first weights (l2sp) stay near. */
#ifndef NNR_TRAIN_ANCHOR_H
#define NNR_TRAIN_ANCHOR_H

#include "train/model.h"

/* Takes the weights that are there as the first ones, for each term that has none yet or, before
 * the first step, may have had others. Weights must have been drawn. On error (memory) nothing that
 * matters has changed. */
int model_anchor(struct model *m, struct err *e);
/* Puts numbers into the arguments of a penalty, in memory of `to`. */
int anchor_put(struct arena *to, const struct args *a, const real *x, size_t n, struct err *e);

#endif
