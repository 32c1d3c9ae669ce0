/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Differences of neighbours along an axis of what a penalty is applied to. Private to nn. */
#ifndef NNR_NN_DIFFERENCES_H
#define NNR_NN_DIFFERENCES_H

#include "nn/penalty.h"

/* `outer` pieces of [steps][inner] numbers. */
struct steps_along {
    size_t outer, steps, inner;
};

/* The axis is counted as in formulas: that of an activity's batch is 0, -1 is the last. An axis
 * that is not there, as where a policy applies a penalty to another tensor, has one step. */
struct steps_along steps_along_axis(const struct extent *n, long axis);
/* How many differences there are; 1 if there are none, as it divides a mean. */
double count_differences(const struct steps_along *a);
/* sums[0] becomes the sum of |x[t + 1] - x[t]|, sums[1] that of the squares. */
void sum_differences(const struct steps_along *a, const real *x, double *sums);
/* dx (+)= the gradient of c1 * sums[0] + c2 * sums[1]; |0| has the slope 0. */
void add_difference_slopes(const struct steps_along *a, const real *x, struct powers c, real *dx,
                           bool add);

#endif
