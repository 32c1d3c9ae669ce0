/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How hard the data and each penalty pull at each layer: the Euclidean norms of the gradients that
 * they send into its weights, over the batch of the last step (before any, the first one). */
#ifndef NNR_TRAIN_PULL_H
#define NNR_TRAIN_PULL_H

#include "train/ledger.h"

struct pull {
    struct ledger ledger; /* its rows are the penalties */
    id *layer;            /* those with weights that train */
    size_t layers;
    double *norm; /* [1 + ledger.rows][layers]; the first row is the data's */
};
/* On error, too, pull_finish must follow. */
int pull_make(struct pull *p, struct model *m, const struct dataset *d, uint64_t seed,
              struct err *e);
void pull_finish(struct pull *p);

#endif
