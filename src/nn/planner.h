/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files that compile a plan share: the state of a compilation, and emitting steps. Private
 * to nn. */
#ifndef NNR_NN_PLANNER_H
#define NNR_NN_PLANNER_H

#include "nn/plan.h"

struct planner {
    struct plan *p;
    const struct policy *policy; /* NULL: penalties are not bent */
    const struct graph *g;
    double *listed;   /* for each layer: how often a weight's penalty counts; NULL: once */
    bool backward;    /* which list is written */
    bool failed;      /* memory ran out; said once at the end */
    struct step lost; /* what is filled in then */
    bool *needs;      /* for each value: a gradient of it is of use */
    bool *written;    /* for each value: its gradient array has a writer already */
    bool *wrote;      /* for each weight: the same */
    id *logits;       /* for each value: the head that works at its pre-activation, or NOTHING */
    uint32_t *slot;   /* the numbers of places, found by their hash; a power of two of slots */
    size_t slots;
    id *first_term, *next_term; /* for each layer its oldest term, for each term the next one */
    uint32_t *first_row;        /* for each call the first of its rows */
    id call;                    /* whose backward steps are emitted; NOTHING */
    struct place *saved; /* for each call: where z is kept, or what a normalisation found; block
                          * BLOCKS: nowhere */
};

/* The numbers of places; equal places share one. */
uint32_t place_at(struct planner *w, enum block block, size_t at);
uint32_t value_place(struct planner *w, id value);
uint32_t slope_place(struct planner *w, id value);
uint32_t weight_place(struct planner *w, id weight, enum block block);
/* A fresh step at the end of the list that is written. The pointer holds until the next one: make
 * all places first. */
struct step *emit(struct planner *w, enum step_kind kind);
/* Whether the next writer of a gradient adds, and that there is one now. */
bool write_value(struct planner *w, id value);
bool write_weight(struct planner *w, id weight);
/* Whether a weight may move. */
bool trains(const struct planner *w, id weight);
/* A weight of the layer of a call; NOTHING if it has none of that name. */
id weight_of(const struct planner *w, id call, const char *name);
/* Room in a block for so many reals: where they begin. */
size_t take(size_t *block, size_t reals);
/* The step of a head: its value, or its gradient. */
void head_step(struct planner *w, enum step_kind kind, uint32_t head, bool add);

/* How the policy bends a row on a weight, or on a call; fills in what struct applied has of it. */
void bend_weight(const struct planner *w, struct applied *a);
void bend_activity(const struct planner *w, struct applied *a);
/* Whether the activity penalties of a call act on its inputs. */
bool bend_to_input(const struct planner *w, id call);
/* For each layer, how often the penalty of a weight of it counts; free with mem_free, NULL when
 * there is no memory. Not for LIST_ONCE. */
double *listing_count(const struct graph *g, enum listing how);

/* The runners of steps_merge.c. */
void run_join(const struct step *s, const struct frame *f);
void run_join_slope(const struct step *s, const struct frame *f);
void run_put(const struct step *s, const struct frame *f);
void run_take(const struct step *s, const struct frame *f);

#endif
