/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graph: layers own weights, calls are nodes, values are what flows between them, terms are the
 * penalties in the layers' slots. All are referred to by index. A graph holds no numbers that
 * training moves; it is built by copying, adding and swapping, and never changed once a plan uses
 * it. */
#ifndef NNR_NN_GRAPH_H
#define NNR_NN_GRAPH_H

#include "nn/activation.h"
#include "nn/penalty.h"

typedef uint32_t id;
#define NOTHING UINT32_MAX

struct layer_kind;

struct weight {
    id layer;
    const char *name; /* "kernel" */
    const char *path; /* "hidden.kernel": its name in the ledger and the key of its first values */
    struct shape shape;
    size_t at, count;              /* its place in the flat block of all weights */
    const struct args *init;       /* how it starts */
    const struct args *constraint; /* what it is brought back to after each step; NULL: none */
};

struct layer {
    const struct layer_kind *kind;
    const struct args *args; /* as written, defaults filled in */
    const char *name;
    bool trainable;
    id first_weight;
    uint32_t weights;
    struct shape in; /* of the first call's input: every call must have it */
    struct span where;
};

struct call {
    id layer;
    const char *name;
    id input; /* a value; NOTHING for an input layer */
    id output;
    struct span where;
};

struct value {
    struct shape shape; /* of one sample */
    id storage;         /* the value whose array it shares: itself, or a view's source */
    id made_by;         /* a call */
};

/* One term of one slot: l1(..)+l2(..) is two. */
struct term {
    id layer;
    const char *slot; /* the argument's name: kernel, bias, activity */
    bool activity;    /* on the layer's calls; else on: */
    id weight;
    const struct args *args;
    enum reduce reduce;
    struct span where;
};

struct graph {
    struct arena arena; /* names and arguments */
    struct layer *layer;
    struct weight *weight;
    struct call *call;
    struct value *value;
    struct term *term;
    size_t layers, weights, calls, values, terms;
    size_t layer_room, weight_room, call_room, value_room, term_room;
    size_t weight_reals; /* size of the flat block */
};

/* An empty graph, or a copy that shares nothing; NULL when there is no memory. */
struct graph *graph_create(void);
struct graph *graph_copy(const struct graph *g);
void graph_destroy(struct graph *g);

/* Adds a layer of `kind` with the given name and calls it on value `input` (NOTHING: none) under
 * the same name. Copies args. On error the graph must be thrown away. */
int graph_add(struct graph *g, const struct layer_kind *kind, const struct args *args,
              const char *name, id input, struct err *e);
/* Calls an existing layer again. On error the graph must be thrown away. */
int graph_call(struct graph *g, id layer, const char *name, id input, struct span where,
               struct err *e);
/* Puts the terms of a bound ARG_SUM into a slot, in place of what is there. */
int graph_set_slot(struct graph *g, id layer, const char *slot, const struct arg *sum,
                   struct err *e);

/* Changes the argument number `arg` of a layer that exists: a slot (its terms change with it),
 * trainable, a constraint, or an activation. Nothing else can change once there are weights. */
int graph_set_arg(struct graph *g, id layer, size_t arg, const struct arg *value, struct err *e);

/* NOTHING if there is none. */
id graph_find_layer(const struct graph *g, const char *name);
id graph_find_call(const struct graph *g, const char *name);
id graph_find_weight(const struct graph *g, id layer, const char *name);
/* The one call of a layer; NOTHING if there are several. */
id graph_only_call(const struct graph *g, id layer);
/* The activation that a call applies itself; NULL for none. */
const struct args *graph_activation(const struct graph *g, id call);
/* Whether value `of` depends on value `on`. */
bool graph_reaches(const struct graph *g, id on, id of);

#endif
