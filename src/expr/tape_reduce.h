/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_EXPR_TAPE_REDUCE_H
#define NNR_EXPR_TAPE_REDUCE_H

#include "expr/tape.h"

/* Computes a reduction, behind the held steps that it takes in. */
void tape_reduce(const struct workspace *w, uint32_t step);

#endif
