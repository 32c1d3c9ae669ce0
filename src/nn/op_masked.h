/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalty on an activity that has a mask. Private to nn. */
#ifndef NNR_NN_OP_MASKED_H
#define NNR_NN_OP_MASKED_H

#include "nn/compiler.h"

/* In place of op_penalty and op_penalty_grad; these are joined with nothing. */
extern const struct op_kind op_masked, op_masked_grad;
/* Room for the numbers of such a row and their slopes. */
void masked_room(struct planner *w, const struct applied *a);

#endif
