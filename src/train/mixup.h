/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What training alone does to its batches: samples mixed in pairs, and noise on the inputs. All of
 * it follows from the seed, the step and a sample's place in the batch. */
#ifndef NNR_TRAIN_MIXUP_H
#define NNR_TRAIN_MIXUP_H

#include "train/batch.h"

/* Draws the step's pairs and shares: a random order of the batch is what its samples are mixed
 * with, and each keeps a share from Beta(mixup, mixup) of itself (Zhang et al. 2018). */
void mixup_draw(const struct batch_pass *p);
/* Puts samples [from, to) of the step in place of what batch_fill has gathered in a frame. */
void mixup_fill(const struct batch_pass *p, struct frame *f, size_t from, size_t to);

#endif
