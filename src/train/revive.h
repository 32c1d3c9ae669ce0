/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starting units anew that are dead: each gets the weights of an input that the model does badly
 * on, as trainers of sparse autoencoders do (Bricken et al., Towards Monosemanticity, 2023). */
#ifndef NNR_TRAIN_REVIVE_H
#define NNR_TRAIN_REVIVE_H

#include "train/active.h"
#include "train/evaluator.h"

/* Of a layer with a kernel [inputs][units]. Two passes over the same share: in the first
 * revive_look after each batch, then revive_choose; in the second revive_take, then revive_finish.
 */
struct revive {
    struct model *model;
    id call, kernel;
    struct active active;
    size_t inputs, rows; /* a row of the input; rows of a sample */
    double *loss;        /* of each sample so far */
    size_t samples, room;
    size_t *unit; /* the dead ones */
    size_t *from; /* for each the row that it gets, of all samples */
    size_t units;
    real *vector; /* [units][inputs] */
};

/* The call of a layer whose dead units can be started anew: 0, or -1 and *e at `where`. */
int revive_check(const struct model *m, id layer, struct span where, id *call, struct err *e);
/* 0, or -1 without memory; revive_finish in any case. */
int revive_begin(struct revive *x, struct model *m, id call);
int revive_look(struct revive *x, const struct frame *f);
/* Draws a row for each unit that never was active, samples by the square of their loss: 0, or -1
 * without memory. */
int revive_choose(struct revive *x, uint64_t seed);
/* Takes the rows that a batch of the second pass holds; `first` is its first sample. */
void revive_take(struct revive *x, const struct frame *f, size_t first);
/* Puts the units' weights: the row at 0.2 of the living units' mean norm (of 1 if none lives); bias
 * 0; thresholds, slopes and what counts idle steps as they start; what the optimizer keeps as it
 * begins. All
 * weights count as trained from then on: 0, or -1 and *e, and nothing has changed. */
int revive_put(struct revive *x, uint64_t seed, struct err *e);
void revive_finish(struct revive *x);

#endif
