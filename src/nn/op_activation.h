/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_NN_OP_ACTIVATION_H
#define NNR_NN_OP_ACTIVATION_H

#include "nn/planner.h"

/* A step over the rows of a call's output; and the array like it that the call's activation keeps
 * from the forward to the backward pass. For activations with steps of their own. */
struct step activation_step(const struct planner *w, id call, const struct op_kind *op);
uint32_t activation_kept(const struct planner *w, id call);

/* y = f(y + bias) with the kind's output activation; bias: the weight's name, or NULL. */
void planner_bias_act(struct planner *w, id call, const char *bias);
/* The gradient of y becomes that of y before f, a head's at the logits included; then the bias's. A
 * kind with an output activation must begin its backward steps with it. */
void planner_bias_act_grad(struct planner *w, id call, const char *bias);

#endif
