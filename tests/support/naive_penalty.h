/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Penalties whose formula is no expression of the language, by the textbook and in double. */
#ifndef NNR_TESTS_NAIVE_PENALTY_H
#define NNR_TESTS_NAIVE_PENALTY_H

#include "base/entry.h"
#include "expr/tensor.h"

/* The value on x, of those dims; of an activity axis 0 is the batch. False: the kind's formula says
 * it. */
bool naive_penalty(const struct args *args, const double *x, const struct dims *dims, bool activity,
                   double *value);
/* What reduce=mean divides by. */
double naive_elements(const struct args *args, const struct dims *dims);

#endif
