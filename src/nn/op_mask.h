/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The masks of a plan. Private to nn. */
#ifndef NNR_NN_OP_MASK_H
#define NNR_NN_OP_MASK_H

#include "nn/compiler.h"

/* Lists the plan's masks and gives them room. */
int lay_out_masks(struct planner *w);
/* Where a value's mask stands, or NO_OPERAND. */
uint32_t mask_operand(const struct planner *w, id value);
/* The steps of a call that makes a mask, behind those of its kind. */
void emit_mask(struct planner *w, id call);

#endif
