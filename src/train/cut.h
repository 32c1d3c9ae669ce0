/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking the newest layer away from a model. */
#ifndef NNR_TRAIN_CUT_H
#define NNR_TRAIN_CUT_H

#include "nn/newest.h"
#include "train/model.h"

/* Takes the newest of the model's graph away, with what training has made of it: its weights, what
 * the optimizer keeps of them, numbers that its penalties and its noise were given, its curves. All
 * else stays as it is. Outputs, losses, rules and joint terms must not speak of it. On error
 * (memory) nothing has changed. */
int model_cut_newest(struct model *m, const struct newest *n, struct err *e);

#endif
