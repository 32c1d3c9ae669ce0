/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The average of the weights over steps that ema= asks for: a = ema a + (1 - ema) w after each
 * step, a = w after the first. Moving statistics are averages as they are: theirs are copied. */
#ifndef NNR_TRAIN_AVERAGE_H
#define NNR_TRAIN_AVERAGE_H

#include "train/model.h"

/* Makes room for it, if it is asked for and the weights are there: 0, or -1 without memory. */
int average_room(struct model *m);
/* After the weights have moved. Without ema= what was averaged means nothing from then on. */
void average_weights(struct model *m);

#endif
