/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Singular values of a matrix. */
#ifndef NNR_NUM_SINGULAR_H
#define NNR_NUM_SINGULAR_H

#include "base/stop.h"
#include "num/real.h"

/* The singular values of a[rows][cols], whose numbers are finite, the largest first, into
 * to[min(rows, cols)]: each is right to a few units in the last place of the largest. -1: memory
 * ran out, or `stop`, which may be NULL, asked to end. */
int singular_values(const real *a, size_t rows, size_t cols, const struct stop *stop, double *to,
                    struct err *e);

#endif
