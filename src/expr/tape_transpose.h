/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_EXPR_TAPE_TRANSPOSE_H
#define NNR_EXPR_TAPE_TRANSPOSE_H

#include "expr/tape.h"

/* Computes a transposed tensor, behind the held steps that it takes in. */
void tape_transpose(const struct workspace *w, uint32_t step);
/* Of a tensor like `from` whose axes stand in reverse order in `reversed`: the elements that are
 * its places [at, at + n). */
void transpose_tile(const struct spot *from, size_t at, size_t n, const double *reversed,
                    double *to);

#endif
