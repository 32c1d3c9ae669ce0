/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that hold one array each become a dataset. */
#ifndef NNR_DATA_ARRAYS_H
#define NNR_DATA_ARRAYS_H

#include "data/load.h"
#include "num/stored.h"

/* Reads the arrays, whose first axis is the samples: the columns of the inputs side by side in x
 * with borders between, and those of the targets in y. A single input keeps its shape.
 * to->target_is_input is set before. Arrays of unlike lengths are an error. */
int arrays_load(struct dataset *to, struct stored *const *input, size_t inputs,
                struct stored *const *target, size_t targets, struct err *e);

#endif
