/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_NN_LISTING_H
#define NNR_NN_LISTING_H

#include "nn/graph.h"
#include "nn/policy.h"

/* For each layer, how often the penalty of a weight of it counts; free with mem_free, NULL when
 * there is no memory. Not for LIST_ONCE. */
double *listing_count(const struct graph *g, enum listing how);

#endif
