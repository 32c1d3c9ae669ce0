/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The entropy of probabilities. Private to nn. */
#ifndef NNR_NN_ENTROPY_H
#define NNR_NN_ENTROPY_H

#include "nn/penalty.h"

#define ENTROPY_DOMAIN "probabilities, numbers from 0 to 1: the outputs of sigmoid or softmax, say"

/* A kind's functions for strength times `sign` times the sum of -x log x. */
int entropy_check(const struct args *self, const struct shape *shape, bool activity, struct err *e);
size_t entropy_sums(const struct args *self, const struct extent *n);
void entropy_gather(const struct args *self, const struct extent *n, const real *x, double *sums);
/* dx (+)= by * the slope of x log x, log x + 1; 0 where x is 0. */
void entropy_slopes(size_t n, double by, const real *x, real *dx, bool add);

#endif
