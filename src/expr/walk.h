/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walking a tensor and one that is broadcast to it side by side. */
#ifndef NNR_EXPR_WALK_H
#define NNR_EXPR_WALK_H

#include "expr/tensor.h"

/* A place in a tensor, and where the operand that is broadcast to it has the value of that place.
 */
struct walk {
    size_t at[TENSOR_AXES], stride[TENSOR_AXES]; /* stride 0: an axis that is broadcast */
    size_t from;
};

/* The walk over `x`, from its place number `place`, beside an operand whose shape fits. */
struct walk walk_start(const struct dims *x, const struct dims *operand, size_t place);
/* How many of the next `most` places, at least one, lie on the last axis. */
size_t walk_run(const struct walk *w, const struct dims *x, size_t most);
/* Moves on by `n` places, which do not go beyond the end of the last axis. */
void walk_on(struct walk *w, const struct dims *x, size_t n);

#endif
