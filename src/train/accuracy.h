/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The share of right classes. */
#ifndef NNR_TRAIN_ACCURACY_H
#define NNR_TRAIN_ACCURACY_H

#include "nn/frame.h"
#include "train/loss.h"

/* Whether an output with these columns of the targets tells classes apart: softmax, or one sigmoid
 * unit, be it at each of several steps, with targets 0 and 1. */
bool accuracy_exists(const struct graph *g, id output, struct columns c, const struct dataset *d);
/* The class that an output's numbers tell, of n units: of shares the largest, of one from 0.5 on.
 */
size_t accuracy_class(const real *y, size_t n);
/* Counts the rows of a head in a frame that holds a forward pass with targets, and how many of them
 * are right. Of shares of classes the largest is right, of one share from 0.5 on. */
void accuracy_count(const struct frame *f, size_t head, size_t *right, size_t *rows);

#endif
