/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noting what an epoch came to. */
#ifndef NNR_TRAIN_NOTING_H
#define NNR_TRAIN_NOTING_H

#include "train/ledger.h"

/* What a ledger of the validation share says of a figure of that share. */
double noting_figure(const struct ledger *validation, enum noted which);
/* Of the epoch that just ended; `validation`, of its share, is NULL where there is none. */
void noting_epoch(struct model *m, const struct ledger *validation);

#endif
