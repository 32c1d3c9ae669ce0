/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model is trained towards: for each output its loss and its columns of the targets. */
#ifndef NNR_TRAIN_AIM_H
#define NNR_TRAIN_AIM_H

#include "train/model.h"

/* Deals the targets out to the outputs, in their order by size; `|` in the data marks the borders.
 * to[] has room for OUTPUTS_MOST. */
int columns_deal(const struct model *m, const struct dataset *d, struct columns *to, struct err *e);
/* Checks losses and targets against the outputs. aim[] has room for OUTPUTS_MOST. The aims refer to
 * the model's losses. */
int aims_make(const struct model *m, const struct dataset *d, struct aim *aim, size_t *aims,
              struct err *e);

/* Whether right answers can be counted at some output; needs no loss. */
bool aims_judged(const struct model *m, const struct dataset *d);

#endif
