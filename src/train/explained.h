/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of the targets' variance the outputs explain. */
#ifndef NNR_TRAIN_EXPLAINED_H
#define NNR_TRAIN_EXPLAINED_H

#include "train/evaluator.h"

/* Sums over the samples so far, and over all outputs. Zeroed memory is the beginning. */
struct explained {
    size_t cols, samples;
    size_t *seen;          /* for each column: in how many samples it is not masked */
    double *shift;         /* for each column of the targets: that of the first sample, */
    double *sum, *squares; /* and the sums of target - shift and of its square */
    double residual;       /* of (output - target)^2 */
};

/* Whether each output has a target for each of its numbers: 0, or -1 and *e. Needs chosen losses.
 */
int explained_check(const struct model *m, const struct dataset *d, struct err *e);
/* Adds the batch that the evaluator, begun with objectives, has just run: 0, or -1 without memory.
 */
int explained_add(struct explained *x, const struct evaluator *pass);
/* 1 - residual / variance, the columns' own means taken off, without masked steps; NaN where no
 * target varies. */
double explained_share(const struct explained *x);
void explained_finish(struct explained *x);

#endif
