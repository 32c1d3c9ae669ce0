/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activations that have a slope nearly everywhere. */
#ifndef NNR_TESTS_SMOOTH_H
#define NNR_TESTS_SMOOTH_H

#include "nn/activation.h"

#include <string.h>

/* The i-th activation by name, i < activation_kinds.rows; NULL if it jumps: differences and the
 * naive ledger would then depend on which side rounding falls. tests/cmd/test_codes.c has those. */
static inline const char *smooth_activation(size_t i)
{
    static const char *const jumps[] = {"step", "topk", "batch_topk", "jumprelu"};
    const char *name = activation_kinds.row[i]->name;
    for (size_t k = 0; k < sizeof jumps / sizeof *jumps; k++)
        if (strcmp(name, jumps[k]) == 0)
            return NULL;
    return name;
}

#endif
