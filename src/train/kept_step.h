/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a model was before its last step, for questions about that step (train/moves.h). Which steps
 * are kept is said by who takes them; a step that is not kept costs nothing. */
#ifndef NNR_TRAIN_KEPT_STEP_H
#define NNR_TRAIN_KEPT_STEP_H

#include "train/model.h"

/* Zeroed memory knows no step. */
struct kept_step {
    bool known;                      /* it is the model's last one */
    real *weight, *slot[SLOTS_MOST]; /* as they were before it */
    uint64_t updates;                /* of the optimizer before it */
    bool again;                      /* it took the gradient a second time */
    uint64_t seed, step;             /* the key of what was random in it */
    uint64_t epoch;                  /* whose order its batch stands in, */
    size_t first, samples;           /* and where */
};

/* Makes room for a model whose weights and optimizer's numbers are there: 0, or -1 without memory.
 */
int kept_step_room(struct kept_step *k, const struct model *m);
/* Before the weights move. What the batch was is the caller's to fill in. */
void kept_step_take(struct kept_step *k, const struct model *m);
void kept_step_finish(struct kept_step *k);

#endif
