/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest singular value of a matrix, for what is done at every step: it takes no memory. */
#ifndef NNR_NUM_SIGMA_H
#define NNR_NUM_SIGMA_H

#include "num/real.h"

#include <stddef.h>

/* How many doubles `room` of sigma_largest has. */
size_t sigma_room(size_t rows, size_t cols);

/* The largest singular value of a[rows][cols], whose numbers are finite, right to a few units in
 * the last place of a double; 0 of a matrix of zeros. */
double sigma_largest(const real *a, size_t rows, size_t cols, double *room);

#endif
