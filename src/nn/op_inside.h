/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Penalties on the inside of a call: what they read is the output and the kernel, what they pull on
 * is the pre-activation and the kernel. Private to nn. */
#ifndef NNR_NN_OP_INSIDE_H
#define NNR_NN_OP_INSIDE_H

#include "nn/compiler.h"

bool applied_inside(const struct planner *w, const struct applied *a);
/* Whether a row of the call's pulls on its pre-activation. */
bool call_pulls_inside(const struct planner *w, id call);
void emit_inside(struct planner *w, uint32_t row);
/* The gradients of all of a call's rows, when that of its output has become that of its
 * pre-activation. */
void emit_inside_grads(struct planner *w, id call);

#endif
