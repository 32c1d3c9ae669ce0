/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inputs of a graph and the columns of the data that they take, in their order. */
#ifndef NNR_TRAIN_INPUTS_H
#define NNR_TRAIN_INPUTS_H

#include "data/dataset.h"
#include "nn/graph.h"

/* How many inputs there are. */
size_t inputs_count(const struct graph *g);
/* The value that the i-th input puts out; NULL if there are not so many. */
const struct value *inputs_value(const struct graph *g, size_t i);
/* Checks what a forward pass needs: inputs that fit the data, and whole numbers where a layer takes
 * such. */
int inputs_check(const struct graph *g, const struct dataset *d, struct err *e);

#endif
