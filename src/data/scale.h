/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bringing inputs to a common scale. */
#ifndef NNR_DATA_SCALE_H
#define NNR_DATA_SCALE_H

#include "data/dataset.h"

/* Fills in shift and factor from the training samples as `how` says, and applies them to all
 * samples. An error stands at `where`. */
int scale_inputs(struct dataset *d, enum scaling how, struct span where, struct err *e);
/* Applies the scaling to one raw row of `inputs` numbers, as `predict` needs it. */
void dataset_scale_row(const struct dataset *d, real *row);

#endif
