/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The slope of a penalty that counts (penalty_kind.by_count): straight through the thresholds of
 * the jumprelu that made what is counted. */
#ifndef NNR_NN_ACT_JUMPRELU_H
#define NNR_NN_ACT_JUMPRELU_H

#include "nn/planner.h"

/* The call whose jumprelu made a value, or what the value is a view of; NOTHING: none did. */
id threshold_call(const struct graph *g, id value);
/* Of a row on such a value: dtheta (+)= -slope / bandwidth for each number within bandwidth / 2 of
 * its threshold. */
void emit_threshold_grad(struct planner *w, uint32_t row);

#endif
