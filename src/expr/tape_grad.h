/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_EXPR_TAPE_GRAD_H
#define NNR_EXPR_TAPE_GRAD_H

#include "expr/tape.h"

/* dx (+)= scale * d(formula)/dx, where the values of a formula's tape were computed last. */
void tape_grad(const struct workspace *w, double scale, real *dx, bool add);
/* The same by all tensors of an expression that was compiled with slopes: it then stands in the
 * `grad` of their leaves, of as many doubles as they have elements. */
void tape_grad_leaves(const struct workspace *w);

#endif
