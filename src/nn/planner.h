/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a layer says its steps with: `forward` and `backward` of a kind emit those of a call. A step
 * is filled in and handed over:
 *
 *     struct step s = {.op = &op_of_mine, .rows = 1, .cols = shape_count(planner_shape(p, call))};
 *     s.x[0] = planner_input(p, call, 0);
 *     s.y[0] = planner_output(p, call);
 *     planner_emit(p, call, &s);
 *
 * Memory that runs out is noted, and said at the end of the compilation. */
#ifndef NNR_NN_PLANNER_H
#define NNR_NN_PLANNER_H

#include "nn/plan.h"

struct planner;

const struct layer *planner_layer(const struct planner *w, id call);
/* Of one sample that the call puts out, or takes; time axes included. */
const struct shape *planner_shape(const struct planner *w, id call);
const struct shape *planner_input_shape(const struct planner *w, id call, uint32_t input);
/* Of a weight that the layer has. */
const struct shape *planner_weight_shape(const struct planner *w, id call, const char *name);
uint32_t planner_inputs(const struct planner *w, id call);
enum mode planner_mode(const struct planner *w);

/* Operands of a call: what it takes and puts out, and the gradient that came to its output. */
uint32_t planner_input(struct planner *w, id call, uint32_t input);
uint32_t planner_output(struct planner *w, id call);
uint32_t planner_output_grad(struct planner *w, id call);
/* The mask of its first input, [samples][steps], where steps are the first axis of a sample: 0 at a
 * step that is to be left out, else 1. NO_OPERAND: it has none, or the layer is timedistributed and
 * sees each step by itself. Of a layer whose row says makes_mask: the one that it writes. */
uint32_t planner_mask(const struct planner *w, id call);
uint32_t planner_output_mask(const struct planner *w, id call);
/* A weight; NO_OPERAND if the layer has none of that name. */
uint32_t planner_weight(struct planner *w, id call, const char *name);
/* Gradients that the step writes; *add: whether it adds. NO_OPERAND, and *add as it was, where none
 * is wanted. To be asked for once by each step, in the order in which it writes. */
uint32_t planner_input_grad(struct planner *w, id call, uint32_t input, bool *add);
uint32_t planner_weight_grad(struct planner *w, id call, const char *name, bool *add);
bool planner_wants_input_grad(const struct planner *w, id call, uint32_t input);
bool planner_wants_weight_grad(const struct planner *w, id call, const char *name);

/* An array of the call's own that lasts from the forward to the backward pass: so many numbers for
 * each sample, and so many at all. Asked for in `forward`; `backward` finds the n-th of them. */
uint32_t planner_save(struct planner *w, id call, size_t each, size_t all);
uint32_t planner_saved(struct planner *w, id call, size_t n);
/* Room that a step may use while it runs (frame_scratch); all steps use the same. */
void planner_scratch(struct planner *w, size_t each, size_t all);
/* Memory of the plan; a copy of settings in it. NULL when there is none. */
void *planner_new(struct planner *w, size_t count, size_t size);
const void *planner_settings(struct planner *w, const void *settings, size_t size);
void planner_emit(struct planner *w, id call, const struct step *s);
/* A weight of the kind `moving` follows what stands from `at` on in an operand: after a step
 * w = momentum w + (1 - momentum) figure. */
void planner_follow(struct planner *w, id call, const char *weight, uint32_t figure, size_t at,
                    double momentum);

/* What such a weight follows in the first call that does so; NO_OPERAND: no call does yet. */
uint32_t planner_followed(const struct planner *w, id call, const char *weight);
/* y (+)= an op of x, number by number, and dx (+)= an op of dy where it is wanted. */
void planner_map(struct planner *w, id call, const struct op_kind *op, const void *settings);
void planner_map_grad(struct planner *w, id call, const struct op_kind *op, const void *settings);

#endif
