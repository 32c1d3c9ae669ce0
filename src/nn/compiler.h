/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a compilation, which the files that compile a plan share. Private to nn. */
#ifndef NNR_NN_COMPILER_H
#define NNR_NN_COMPILER_H

#include "nn/layer.h"
#include "nn/plan.h"

struct planner {
    struct plan *p;
    const struct policy *policy; /* NULL: penalties are not bent */
    const struct graph *g;
    double *listed;      /* for each layer: how often a weight's penalty counts; NULL: once */
    bool backward;       /* which list is written */
    bool failed;         /* memory ran out; said once at the end */
    bool *requires_grad; /* for each value: a gradient of it is of use */
    bool *written;       /* for each value: its gradient array has a writer already */
    bool *wrote;         /* for each weight: the same */
    id *logits;          /* for each value: the head that works at its pre-activation, or NOTHING */
    uint32_t *slot;      /* the numbers of operands, found by their hash; a power of two of slots */
    size_t slots;
    id *first_term, *next_term;    /* for each layer its oldest term, for each term the next one */
    uint32_t *first_row;           /* for each call the first of its rows */
    uint32_t *z;                   /* for each call: where z is kept, or NO_OPERAND */
    uint32_t *saved, *first_saved; /* what calls keep, and for each call the first of its own */
    size_t saves, save_room;
};

#endif
