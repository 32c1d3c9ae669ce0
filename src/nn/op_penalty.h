/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalty where it is applied. Private to nn. */
#ifndef NNR_NN_OP_PENALTY_H
#define NNR_NN_OP_PENALTY_H

#include "nn/compiler.h"

/* The step that finds what a row's value needs, and the one that writes its gradient. */
void emit_penalty(struct planner *w, uint32_t row);
void emit_penalty_grad(struct planner *w, uint32_t row);

#endif
