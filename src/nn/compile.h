/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that compile a plan share: the state of a compilation. Private to nn. */
#ifndef NNR_NN_COMPILE_H
#define NNR_NN_COMPILE_H

#include "nn/layer.h"
#include "nn/planner.h"

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

/* The numbers of operands; equal places share one. `of`: the value, weight, call or head. */
uint32_t operand_at(struct planner *w, enum block block, size_t at, id of);
uint32_t value_operand(struct planner *w, id value);
uint32_t grad_operand(struct planner *w, id value);
uint32_t weight_operand(struct planner *w, id weight, enum block block);
/* Whether the next writer of a gradient adds, and that there is one now. */
bool write_value(struct planner *w, id value);
bool write_weight(struct planner *w, id weight);
/* A weight of the layer of a call; NOTHING if it has none of that name. */
id weight_of(const struct planner *w, id call, const char *name);
/* Room in a block for so many reals: where they begin. */
size_t take_room(size_t *block, size_t reals);
/* The steps of a head and of a row of the ledger (op_head.c, op_penalty.c). */
void emit_head(struct planner *w, uint32_t head);
void emit_head_grad(struct planner *w, uint32_t head);
void emit_penalty(struct planner *w, uint32_t row);
void emit_penalty_grad(struct planner *w, uint32_t row);
/* Joins neighbouring steps on one output into one pass (nn/fuse.c). */
int plan_fuse(struct plan *p);

/* How the policy bends a row on a weight, or on a call; fills in what struct applied has of it. */
void bend_weight(const struct planner *w, struct applied *a);
void bend_activity(const struct planner *w, struct applied *a);
/* Whether the activity penalties of a call act on its inputs. */
bool bend_to_input(const struct planner *w, id call);
/* For each layer, how often the penalty of a weight of it counts; free with mem_free, NULL when
 * there is no memory. Not for LIST_ONCE. */
double *listing_count(const struct graph *g, enum listing how);

#endif
