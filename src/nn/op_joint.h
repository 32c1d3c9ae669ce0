/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A joint term in a plan. */
#ifndef NNR_NN_OP_JOINT_H
#define NNR_NN_OP_JOINT_H

#include "nn/plan.h"

struct planner;

/* Notes the row of a joint term, and emits the step that finds its value. */
void emit_joint(struct planner *w, id term);
/* The steps that write its gradient, one for each tensor that it reaches, one behind the other.
 * They come before those of all calls: whatever a value's gradient is made of must be there before
 * its call's turn. */
void emit_joint_grad(struct planner *w, uint32_t row);
/* Whether a step is one of these, and for which row in plan->applied. */
bool step_is_of_joint(const struct step *s, uint32_t *row);

#endif
