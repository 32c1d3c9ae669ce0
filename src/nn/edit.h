/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing a graph, and changing it back. What is added to a graph goes at its end and is cut off
 * again; of what changes in older parts the edit keeps how it was. So both cost what the change is
 * large, never what the graph is. */
#ifndef NNR_NN_EDIT_H
#define NNR_NN_EDIT_H

#include "nn/graph.h"

enum edit_kind { EDIT_LAYER, EDIT_CONSTRAINT, EDIT_TERM, EDIT_TERMS_OUT };

struct edit {
    enum edit_kind kind;
    id at; /* the layer, weight or term */
    /* Its arguments, in the graph's memory and in the edit's own; NULL: none. */
    const struct args *here, *kept;
    struct layer layer;          /* LAYER */
    struct term *term;           /* TERM: one; TERMS_OUT: `count` of them, */
    const struct args **kept_of; /* the copies of their arguments, */
    id *place;                   /* where they stood, */
    size_t count, terms;         /* and how many terms there were */
};

struct graph_edit {
    struct arena arena;
    struct edit *item;
    size_t count, room;
    size_t layers, weights, calls, values, terms, bodies, weight_reals;
    id output[OUTPUTS_MOST];
    size_t outputs;
};

/* From here on *to keeps how the graph was. */
void graph_begin(struct graph *g, struct graph_edit *to);
/* The change is done. */
void graph_end(struct graph *g);
/* The same graph, still as the edit left it, becomes as it was at graph_begin. */
void graph_take_back(struct graph *g, const struct graph_edit *was);
/* Before graph_take_back later, of this graph or a copy of it: makes room for what comes back. */
int graph_prepare(struct graph *g, struct graph_edit *was, struct err *e);
void graph_edit_finish(struct graph_edit *was);
/* What it takes, in bytes. */
size_t graph_edit_bytes(const struct graph_edit *was);

/* For nn/graph.c and nn/call.c: to be called before something that may be older than the edit
 * changes. 0, or -1 without memory. */
int edit_layer(struct graph *g, id layer);
int edit_constraint(struct graph *g, id weight);
int edit_term(struct graph *g, id term);
/* Terms [0, count) at place[] are about to be taken out. */
int edit_terms_out(struct graph *g, const id *place, size_t count);
/* Notes a term or a call as the newest of its layer. */
void graph_link_term(struct graph *g, id term);
void graph_link_call(struct graph *g, id call);
void graph_relink_terms(struct graph *g);

#endif
