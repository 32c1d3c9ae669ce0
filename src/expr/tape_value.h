/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of a tape, step after step, each step's in one straight loop a tile. */
#ifndef NNR_EXPR_TAPE_VALUE_H
#define NNR_EXPR_TAPE_VALUE_H

#include "expr/tape.h"

/* The shape of an operation's result; its operands have theirs. */
void spot_shape(const struct tape_step *s, const struct spot *spot, struct spot *y);
/* Computes the tile [at, at + n) of the full steps that `taker` takes in. */
void sweep_tile(const struct workspace *w, uint32_t taker, size_t at, size_t n);
/* The tile of a step that is an operand of one with the places of `to`: where it stands, after
 * sweep_tile if it is full, or in `tile`. */
const double *operand_tile(const struct workspace *w, uint32_t operand, const struct spot *to,
                           size_t at, size_t n, double *tile);
/* Computes all values of a step that is held, behind the held steps that it takes in. */
void tape_compute(const struct workspace *w, uint32_t step);

#endif
