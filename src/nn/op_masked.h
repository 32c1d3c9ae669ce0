/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalty on an activity that has a mask. Private to nn. */
#ifndef NNR_NN_OP_MASKED_H
#define NNR_NN_OP_MASKED_H

#include "nn/compiler.h"

/* In place of op_penalty and op_penalty_grad; these are joined with nothing. */
extern const struct op_kind op_masked, op_masked_grad;
/* The steps that are there of all samples, one behind the other: to[valid][cols] of
 * x[samples][steps][cols]; and back: dx (+)= theirs, 0 at masked steps. */
void masked_rows(const struct steps_seen *seen, size_t samples, size_t cols, const real *x,
                 real *to);
void masked_rows_back(const struct steps_seen *seen, size_t samples, size_t cols,
                      const real *packed, real *dx, bool add);
/* Room for the numbers of such a row and their slopes. */
void masked_room(struct planner *w, const struct applied *a);

#endif
