/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the data's columns to the inputs and targets of a frame. Private to train. */
#ifndef NNR_TRAIN_FEED_H
#define NNR_TRAIN_FEED_H

#include "train/model.h"

/* Makes m->gathered for `capacity` samples: 0, or -1 without memory. m->aim is set. */
int feed_make(struct model *m, size_t capacity);
/* The order of the training samples in an epoch; NULL: as they stand. */
const uint32_t *feed_order(struct model *m, const struct dataset *d, uint64_t epoch);
/* Points a frame's inputs and targets at samples [first, first + n) of that order. */
void feed(struct model *m, struct frame *f, const struct dataset *d, const uint32_t *order,
          size_t first, size_t n);
/* The same for a part of a batch, gathered from its sample `at` on. */
void feed_part(struct model *m, struct frame *f, const struct dataset *d, const uint32_t *order,
               size_t first, size_t n, size_t at);

#endif
