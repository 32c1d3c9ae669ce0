/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accuracy: the share of outputs that name the right class. */
#ifndef NNR_TRAIN_ACCURACY_H
#define NNR_TRAIN_ACCURACY_H

#include "train/model.h"

/* Whether the model and the data are about classes: a softmax with class numbers or a share for
 * each class, or one sigmoid unit with targets 0 and 1. */
bool accuracy_exists(const struct model *m, const struct dataset *d);
/* How many of the frame's rows of output are right, and how many there are. For a softmax: the
 * largest output is the largest target's; for a sigmoid: the side of 0.5. */
void accuracy_count(const struct model *m, const struct dataset *d, const struct frame *f,
                    size_t *right, size_t *rows);

#endif
