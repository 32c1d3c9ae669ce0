/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The graph: layers own weights, calls are nodes, values are what flows between them, terms are the
 * penalties in the layers' slots. All are referred to by index. A graph holds no numbers that
 * training moves. A statement changes it in place and can change it back (nn/edit.h); models that
 * are alike share one graph, and one that has several owners is copied before it changes. */
#ifndef NNR_NN_GRAPH_H
#define NNR_NN_GRAPH_H

#include "base/index.h"
#include "base/stop.h"
#include "nn/activation.h"
#include "nn/penalty.h"

typedef uint32_t id;
#define NOTHING UINT32_MAX

enum { OUTPUTS_MOST = 8 };

struct layer_kind;

struct weight {
    id layer;
    const char *name; /* "kernel" */
    const char *path; /* "hidden.kernel": its name in the ledger and the key of its first values */
    struct shape shape;
    size_t at, count;              /* its place in the flat block of all weights */
    const struct args *init;       /* how it starts */
    const struct args *constraint; /* what it is brought back to after each step; NULL: none */
    bool moving;                   /* a moving statistic: commit moves it, no gradient does */
    bool straight;                 /* its slope is straight-through: no derivative */
    uint32_t ones_at, ones;        /* so many numbers, from there on, start at 1 anyhow */
};

/* One call in the body of a block. Inputs: 0 is what the block is called on, k what the k-th call
 * of the body puts out. */
struct body_call {
    id layer;
    const char *name; /* within the block: "top" */
    const id *input;
    uint32_t inputs;
    struct span where;
};

/* Layers are made when they are written and get their weights at their first call. A block is a
 * layer with a body and no weights of its own. */
struct layer {
    const struct layer_kind *kind;
    const struct args
        *args;        /* as written, defaults filled in; of slots only whether they are given */
    const char *name; /* with the blocks it was made in: "tower.top" */
    id parent;        /* the block it was made in, or NOTHING */
    uint32_t folds;   /* how many timedistributed stand around it */
    struct body_call *body;
    size_t bodies, body_room;
    bool trainable, built;
    id first_weight;
    uint32_t weights;
    struct shape in;             /* of the first call's input: every call must have it */
    size_t calls_before;         /* how many calls there were when it was made */
    id newest_term, newest_call; /* of its own; from there back through `before` */
    struct span where;
};

/* Calls stand in the order of their work. The call of a block stands before those of its body,
 * whose caller it is; it does nothing itself, and its output is that of the body's last call. */
struct call {
    id layer;
    const char *name; /* "tl.top" */
    id caller;        /* the block's call in whose body it stands, or NOTHING */
    const id *input;  /* values */
    uint32_t inputs;  /* 0 for an input layer */
    uint32_t folds;   /* this many leading axes of the inputs count as samples */
    id output;
    id before; /* the call of the same layer that was made before, or NOTHING */
    struct span where;
};

struct value {
    struct shape shape; /* of one sample, time axes included */
    id storage;         /* the value whose array it shares: itself, or a view's source */
    id made_by;         /* a call, of no block */
    id mask;            /* the value whose mask it has (nn/mask.h), or NOTHING */
};

/* One term of one slot: l1(..)+l2(..) is two. Or a joint one (nn/joint_term.h). */
struct term {
    id layer;         /* NOTHING: it is a joint one */
    const char *slot; /* the argument's name in the layer's row: kernel, bias, activity */
    bool activity;    /* on the layer's calls; else on: */
    id weight;
    const struct args *args; /* as it was made; a model's state may have other numbers by now */
    enum reduce reduce;
    uint32_t number; /* no other term has or had it; those of one slot follow each other */
    id before;       /* the next older term of the same layer, or NOTHING */
    struct span where;
};

struct graph_edit;

struct graph {
    struct arena arena; /* names and arguments */
    struct layer *layer;
    struct weight *weight;
    struct call *call;
    struct value *value;
    struct term *term;
    size_t layers, weights, calls, values, terms, bodies; /* bodies: those of all blocks */
    size_t layer_room, weight_room, call_room, value_room, term_room;
    size_t weight_reals;     /* size of the flat block */
    uint32_t numbered;       /* how many terms were ever made */
    uint32_t joints;         /* how many of them were joint; 0: there is none to look for */
    id output[OUTPUTS_MOST]; /* as `output` set them; none: the newest value */
    size_t outputs;
    struct index layer_index, call_index; /* by name */
    struct index body_index;              /* by BLOCK.NAME, in the order of: */
    struct body_at {
        id block;
        uint32_t number;
    } * body_at;
    size_t body_room;
    struct graph_edit *edit; /* keeps how things were; NULL: nobody asks */
    unsigned owners;
    size_t packed; /* what the arena had when nothing in it was out of use */
};

/* An empty graph, or a copy that shares nothing; NULL when there is no memory. */
struct graph *graph_create(void);
struct graph *graph_copy(const struct graph *g);
/* One more owner, who must not change it. */
struct graph *graph_share(struct graph *g);
/* Makes *g one that may be changed: a copy, if it has several owners or its memory is full of what
 * is no longer in use. *g then has one owner less. */
int graph_own(struct graph **g, struct err *e);
/* One owner less. */
void graph_destroy(struct graph *g);

/* What a layer is called on: values of the graph, or inputs of a body_call. */
struct inputs {
    const id *item;
    uint32_t count;
};

/* Adds a call to the body of a block. The block must not have been called yet. */
int graph_add_body(struct graph *g, id block, id layer, const char *name, struct inputs on,
                   struct span where, struct err *e);
/* The call of that name in the body of a block; NULL if there is none. */
const struct body_call *graph_find_body(const struct graph *g, id block, const char *name);
/* Puts the terms of a bound ARG_SUM into a slot, in place of what is there. As many as there were
 * stand where those stood; else they come last. */
int graph_set_slot(struct graph *g, id layer, const char *slot, const struct arg *sum,
                   struct err *e);
/* The number of the first term in a slot, if the terms of `sum` differ from those there in numbers
 * alone; else NOTHING. */
uint32_t graph_same_terms(const struct graph *g, id layer, const char *slot, const struct arg *sum);

/* Adds a joint term as its arguments say (nn/joint_term.h); takes one away. */
int graph_add_term(struct graph *g, const struct args *a, struct err *e);
int graph_drop_term(struct graph *g, id term, struct err *e);

/* Changes the argument number `arg` of a layer that exists: a slot (its terms change with it),
 * trainable, a constraint, or an activation. Nothing else can change once there are weights. */
int graph_set_arg(struct graph *g, id layer, size_t arg, const struct arg *value, struct err *e);

/* The weights of a layer whose input's shape is known; and the slots of one just made. For
 * graph_define and graph_call. */
int graph_add_weights(struct graph *g, id layer, struct err *e);
int graph_add_slots(struct graph *g, id layer, struct err *e);
/* Whether the terms of a layer's activity fit the output of a call to be made. */
int graph_check_output(const struct graph *g, id layer, const struct shape *out, struct err *e);
/* And whether they can leave steps out, if the output of a call that was made has a mask. */
int graph_check_masks(const struct graph *g, id call, struct err *e);

/* NOTHING if there is none. */
id graph_find_layer(const struct graph *g, const char *name);
id graph_find_call(const struct graph *g, const char *name);
id graph_find_weight(const struct graph *g, id layer, const char *name);
/* Whether every term is applied somewhere (one in a block that is never called is not), and every
 * input used. */
int graph_check_applied(const struct graph *g, struct err *e);
/* First values of a weight into to[count], as init_fill (nn/init.h). */
int weight_fill(const struct weight *w, uint64_t seed, const struct stop *stop, real *to,
                struct err *e);
/* Whether an optimizer may move a weight. */
bool graph_trains(const struct graph *g, id weight);
/* Whether a decay of the weights acts on it when it moves. */
bool graph_decays(const struct graph *g, id weight);
/* The one call of a layer; NOTHING if there are none or several. */
id graph_only_call(const struct graph *g, id layer);
/* The values that are the model's outputs, in their order, written into `to`; returns how many. */
size_t graph_outputs(const struct graph *g, id to[OUTPUTS_MOST]);
/* The activation that a call applies last (MEANS_OUTPUT_ACTIVATION); NULL for none. */
const struct args *graph_activation(const struct graph *g, id call);
bool graph_is_output(const struct graph *g, id value);
/* Marks in to[values] every value that an output depends on, the outputs included. */
void graph_mark_reached(const struct graph *g, bool *to);
/* The name of what stands in a value: that of the call which made it, or of the outermost block's
 * call whose output it is. */
const char *graph_value_name(const struct graph *g, id value);
/* How many rows of its layer's shape a call has in each sample: the product of its time axes. */
size_t graph_call_rows(const struct graph *g, id call);
/* Whether a layer stands in a block, or is it. */
bool graph_is_inside(const struct graph *g, id layer, id block);

#endif
