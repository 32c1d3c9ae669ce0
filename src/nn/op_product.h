/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_NN_OP_PRODUCT_H
#define NNR_NN_OP_PRODUCT_H

#include "nn/planner.h"

/* y = x K along the last axis, with a weight K[in][out]; and K's gradient and dx. */
void planner_product(struct planner *w, id call, const char *weight);
void planner_product_grad(struct planner *w, id call, const char *weight);
/* The same with a matrix of the weight's shape in its place; what would be the weight's gradient is
 * stored in `grad`, where that is wanted. */
void planner_product_by(struct planner *w, id call, const char *weight, uint32_t matrix);
void planner_product_by_grad(struct planner *w, id call, const char *weight, uint32_t matrix,
                             uint32_t grad);

#endif
