/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient that one row of the ledger alone sends into the weights. A row on a weight costs
 * what the weight is large; a row on an activity a backward pass through what lies below its calls.
 */
#ifndef NNR_TRAIN_ROW_GRADIENT_H
#define NNR_TRAIN_ROW_GRADIENT_H

#include "nn/frame.h"

/* The rows of the plan that belong to one row of the ledger. */
struct row_parts {
    const uint32_t *item; /* rows of the plan */
    size_t count;
};

struct row_gradients;

/* For a ledger of `count` rows over `samples` in batches, in a frame, for training or not, whose
 * gradient of the weights is overwritten; NULL without memory. Weights that are pruned (NULL: none
 * is) get no gradient. Frame, parts and what is pruned are borrowed. */
struct row_gradients *row_gradients_create(struct frame *f, const struct row_parts *row,
                                           size_t count, size_t samples, size_t batch,
                                           const real *pruned);
void row_gradients_destroy(struct row_gradients *x);
/* After the forward pass of a batch of `samples`. */
void row_gradients_batch(struct row_gradients *x, size_t samples);
/* The whole gradient of one row over the batch that was last run forward, into the frame's gradient
 * of the weights. */
void row_gradients_one(struct row_gradients *x, size_t row);
/* After the last batch of a pass. True: the pass has to be made again, for further rows, whose
 * gradients there was no room for. */
bool row_gradients_pass(struct row_gradients *x);
/* The Euclidean norms, when no pass is due any more. */
double row_gradients_norm(const struct row_gradients *x, size_t row);

#endif
