/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Householder's reflections (Golub and Van Loan, Matrix Computations, 5.1). */
#ifndef NNR_NUM_REFLECT_H
#define NNR_NUM_REFLECT_H

#include <stddef.h>

/* The v[n], v.v = 2 or 0, whose reflection 1 - v v' takes x[n], whose numbers stand `stride` apart,
 * to (result, 0, 0, ...). x may be v, with a stride of 1. */
double reflect_vector(const double *x, size_t stride, size_t n, double *v);

#endif
