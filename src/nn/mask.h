/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Masks: one real, 1 or 0, for each sample and step of a value, 0 where the step is left out. Which
 * values have one is known from the graph; a plan without masks has nothing of this. */
#ifndef NNR_NN_MASK_H
#define NNR_NN_MASK_H

#include "nn/graph.h"

/* What becomes of masks in a call whose output is to be the value `self`: *mask is the value whose
 * mask the output has, `self` if the call makes one, NOTHING without. An error where the layer
 * would count steps that are masked. */
int mask_of_call(const struct graph *g, id call, const struct shape *out, id self, id *mask,
                 struct err *e);

#endif
