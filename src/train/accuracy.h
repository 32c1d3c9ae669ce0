/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The share of right classes. */
#ifndef NNR_TRAIN_ACCURACY_H
#define NNR_TRAIN_ACCURACY_H

#include "train/model.h"

/* Whether an output tells classes apart: softmax, or one sigmoid unit with targets 0 and 1. */
bool accuracy_exists(const struct graph *g, const struct aim *aim, const struct dataset *d);
/* Counts the rows of output number `aim` in a frame that holds a forward pass with targets, and how
 * many of them are right. */
void accuracy_count(const struct model *m, size_t aim, const struct frame *f, size_t *right,
                    size_t *rows);

#endif
