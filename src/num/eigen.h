/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest eigenvalue of a symmetric matrix, and the vectors that have it. */
#ifndef NNR_NUM_EIGEN_H
#define NNR_NUM_EIGEN_H

#include <stddef.h>

/* How many doubles eigen_largest works in, for a matrix of n rows. */
size_t eigen_room(size_t n);
/* The largest eigenvalue of a[n][n], symmetric and with none below 0, to a few units in its last
 * place; eigenvalues within `near` of it, as a share, count as equal. Their orthonormal vectors are
 * written to vector[*count][n], which has room for n of them. a is used up. A matrix of 0, or with
 * numbers that are not finite, has *count 0. Without `vector` and `count` it is the value alone. */
double eigen_largest(size_t n, double *a, double near, double *room, double *vector, size_t *count);

#endif
