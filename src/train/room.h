/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_TRAIN_ROOM_H
#define NNR_TRAIN_ROOM_H

#include "train/model.h"

/* How many bytes training on the data takes at least: outputs and their gradients for a batch, and
 * for each weight four numbers. Nothing is taken for it. */
double training_bytes(const struct model *m, const struct dataset *d);

#endif
