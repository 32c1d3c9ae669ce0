/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights of a model that are 0 and stay so. */
#ifndef NNR_TRAIN_PRUNE_H
#define NNR_TRAIN_PRUNE_H

#include "train/model.h"

/* A tensor's numbers that are to be pruned: so many, of this size at most. */
struct pruning {
    id weight;
    size_t due;
    uint64_t key;
    real *block; /* for model_state.pruned; NULL: it is there */
    /* What a step that is not taken brings back (pruning_keep); NULL: nothing is kept. Numbers,
     * averages and marks, one behind the other. */
    real *was;
    bool was_pruned; /* the model had marks at all */
    uint64_t was_trained;
    size_t was_trained_reals;
};

/* Finds the share of a weight tensor's numbers that are smallest in size. Weights are drawn from
 * the seed if they are not there yet. On error (memory, or the model's stop) nothing has changed.
 */
int pruning_find(struct pruning *p, struct model *m, id weight, double share, uint64_t seed,
                 struct err *e);
void pruning_finish(struct pruning *p);
/* How many numbers of a tensor that share is. */
size_t pruning_due(const struct model *m, id weight, double share);
/* Keeps how the tensor is, so that model_prune_back can bring it back. */
int pruning_keep(struct pruning *p, const struct model *m, struct err *e);
/* model_prune before a step, of which nobody else needs to know; and as it was before that. */
void model_prune_step(struct model *m, struct pruning *p);
void model_prune_back(struct model *m, struct pruning *p);
/* Makes them 0, of equal ones the first, and keeps them 0 from now on; the tensor's other numbers
 * move again. The weights count as trained. Right after pruning_find; cannot fail. */
void model_prune(struct model *m, struct pruning *p);
/* All of the tensor's numbers move again. */
void model_unprune(struct model *m, id weight);
/* How many numbers of a tensor stay 0. */
size_t model_pruned(const struct model *m, id weight);
/* Makes x[n], weights or gradient from number `at` on, 0 where a weight is pruned. */
void model_hold_pruned(const struct model *m, size_t at, size_t n, real *x);

#endif
