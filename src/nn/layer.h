/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kind of layer: one file each. It says what shape comes out, which weights it owns, and which
 * steps run it forward and backward. */
#ifndef NNR_NN_LAYER_H
#define NNR_NN_LAYER_H

#include "nn/constraint.h"
#include "nn/graph.h"
#include "nn/init.h"

struct weight_spec {
    const char *name; /* also the slot's */
    struct shape shape;
    const char *init;       /* the argument that says how it starts */
    const char *constraint; /* the one that says what it is brought back to; NULL: there is none */
    bool moving;            /* it follows the batches (planner_follow) and never trains; no slots */
};
enum { WEIGHTS_MOST = 4 };

/* Whether shapes can be joined: MERGE_DIFFERS: in[*odd] does not go with in[0]. */
enum merged { MERGE_FITS, MERGE_DIFFERS, MERGE_ERROR };

struct planner;

struct layer_kind {
    struct entry entry;
    bool source; /* an input: takes no tensor */
    bool view;   /* its output is its input under another shape */
    /* The argument that says how much it draws at random in a training step, 0: nothing; NULL: it
     * has none. The settings of these ops begin with that amount, a double. */
    const char *noise;
    const struct op_kind *const *draws; /* up to NULL */
    /* The output's shape of one sample. `in` is NULL for a source. */
    int (*shape)(const struct args *self, const struct shape *in, struct shape *out, struct err *e);
    /* Instead of `shape`, for a layer that joins several tensors: in[n], n at least 2. */
    enum merged (*merge)(const struct args *self, const struct shape *in, uint32_t n,
                         struct shape *out, uint32_t *odd, struct err *e);
    /* Lists the weights; returns how many. NULL: none. */
    size_t (*weights)(const struct args *self, const struct shape *in, struct weight_spec *w);
    /* Emit the steps of a call (nn/planner.h); NULL for sources and views. */
    void (*forward)(struct planner *p, id call);
    void (*backward)(struct planner *p, id call);
};
extern const struct table layer_kinds;
/* Layers with a body, which no row of the table is: blocks, and timedistributed around them. */
extern const struct layer_kind block_kind, wrapper_kind;

/* What each layer verb takes besides its own arguments. */
#define SLOT(slot, long_name, what)                                                                \
    {                                                                                              \
        .name = slot, .form = KEY, .type = ARG_SUM, .of = &penalty_kinds, .standard = "none",      \
        .alias = long_name, .line = what                                                           \
    }
#define ACTIVITY_SLOT                                                                              \
    {                                                                                              \
        .name = "activity", .form = KEY, .type = ARG_SUM, .of = &penalty_kinds,                    \
        .standard = "none", .alias = "activity_regularizer",                                       \
        .line = "a penalty on the output, once for every call", .meaning = MEANS_ACTIVITY          \
    }
#define TRAINABLE(what)                                                                            \
    {                                                                                              \
        .name = "trainable", .form = KEY, .type = ARG_BOOL, .standard = "yes", .line = what,       \
        .meaning = MEANS_TRAINABLE                                                                 \
    }
#define CALL_CLAUSES                                                                               \
    {.name = "on",                                                                                 \
     .form = CLAUSE,                                                                               \
     .type = ARG_NAMES,                                                                            \
     .line = "the tensor it is called on; without it, the newest",                                 \
     .naming = NAMING_TENSORS},                                                                    \
    {                                                                                              \
        .name = "as", .form = CLAUSE, .type = ARG_NAME,                                            \
        .line = "names the layer and its first call"                                               \
    }

#endif
