/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operands of a plan that is compiled, and who writes gradients first. Private to nn. */
#ifndef NNR_NN_OPERAND_H
#define NNR_NN_OPERAND_H

#include "nn/compiler.h"

/* The numbers of operands; equal places share one. `of`: the value, weight, call or head. */
uint32_t operand_at(struct planner *w, enum block block, size_t at, id of);
uint32_t value_operand(struct planner *w, id value);
uint32_t grad_operand(struct planner *w, id value);
uint32_t weight_operand(struct planner *w, id weight, enum block block);
/* Whether the next writer of a gradient adds, and that there is one now. */
bool write_value(struct planner *w, id value);
bool write_weight(struct planner *w, id weight);
/* Room in a block for so many reals: where they begin. */
size_t take_room(size_t *block, size_t reals);

#endif
