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
    const char *init;       /* the argument that says how it starts; NULL: as zeros */
    const char *constraint; /* the one that says what it is brought back to; NULL: there is none */
    const char *decay;      /* the one that says whether it decays; NULL: it does */
    const struct args *of;  /* whose arguments these are; NULL: the layer's */
    bool moving;            /* it follows the batches (planner_follow) and never trains; no slots */
    bool straight;          /* its slope is straight-through: no derivative */
    uint32_t ones_at, ones; /* so many of its numbers, from there on, start at 1 anyhow */
};
enum { WEIGHTS_MOST = 8 };

/* What a kind of layer does when an input has a mask (nn/mask.h). */
enum mask_way {
    MASK_REFUSES, /* it is an error: masked steps would count */
    MASK_PASSES,  /* it works step by step: what comes out has the same mask */
    MASK_READS,   /* its steps ask for planner_mask; what comes out has it if the steps are there */
    MASK_ANY,     /* several inputs: a step is there where one of them has it */
    MASK_ALL      /* several inputs: a step is there where all of them have it */
};

/* Whether shapes can be joined: MERGE_DIFFERS: in[*odd] does not go with in[0]. */
enum merged { MERGE_FITS, MERGE_DIFFERS, MERGE_ERROR };

struct planner;

/* The weights that a layer has: those of its kind, of its output's activation, and what counts idle
 * steps. Which there are does not depend on the shape, known from the first call on. */
size_t layer_weights(const struct layer *l, struct weight_spec w[WEIGHTS_MOST]);
/* Whether a layer whose input's shape is known has units enough for its activation. */
int layer_check_activation(const struct layer *l, struct err *e);

struct layer_kind {
    struct entry entry;
    bool source; /* an input: takes no tensor */
    bool view;   /* its output is its input under another shape */
    /* The argument that says how much it draws at random in a training step, 0: nothing; NULL: it
     * has none. The settings of these ops begin with that amount, a double. */
    const char *noise;
    const struct op_kind *const *draws; /* up to NULL */
    const char *const *noises; /* further such arguments, which no rule moves, up to NULL */
    /* y = f(x K + b) along the last axis, and K is this weight; NULL: it is otherwise. */
    const char *kernel;
    enum mask_way mask;
    /* Of one that MASK_READS: whether its steps come out in another order, so that the mask does
     * not fit them. NULL: never. */
    bool (*turns_steps)(const struct graph *g, id layer);
    /* Of a layer whose input are whole numbers from 0 up to one less than this: it stands right on
     * an input of the model, whose numbers are looked at (train/inputs.c). Else NULL. */
    size_t (*vocabulary)(const struct args *self);
    /* Whether its output has a mask that it makes: planner_output_mask, which `forward` writes.
     * NULL: never. */
    bool (*makes_mask)(const struct args *self);
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
/* Of each kind that ends with an activation. */
#define ACTIVATION_ARGS                                                                            \
    SLOT("theta", "theta_regularizer", "a penalty on the thresholds that jumprelu has"),           \
        SLOT("alpha", "alpha_regularizer", "a penalty on the slopes that prelu has"),              \
    {                                                                                              \
        .name = "count_idle", .form = KEY, .type = ARG_BOOL, .standard = "no",                     \
        .line = "yes: NAME.idle counts for each unit the steps since it was last not 0; "          \
                "dead(NAME, 1000) reads it",                                                       \
        .meaning = MEANS_IDLE                                                                      \
    }
#define DECAY(called, what)                                                                        \
    {                                                                                              \
        .name = called, .form = KEY, .type = ARG_BOOL, .standard = "yes",                          \
        .line = "no: an optimizer's weight_decay passes " what " by", .meaning = MEANS_DECAY,      \
        .use = "With weight_decay, for biases and norms. They do not grow with the number of "     \
               "inputs, and nothing is won where they are near 0."                                 \
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
