/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The losses at a model's outputs. Private to nn. */
#ifndef NNR_NN_OP_HEAD_H
#define NNR_NN_OP_HEAD_H

#include "nn/compiler.h"

void emit_head(struct planner *w, uint32_t head);
void emit_head_grad(struct planner *w, uint32_t head);

#endif
