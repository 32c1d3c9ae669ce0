/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan: a graph compiled into one flat list of steps for the forward and one for the backward
 * pass. Every array of a step is an operand, a block and an offset; a frame (nn/frame.h) turns them
 * into pointers. A plan has a capacity of samples; how many there are is said when it runs.
 *
 * Gradient flow is decided here. Every gradient array knows its writers in backward order: the
 * first stores, the rest add, so nothing is ever cleared. Penalties are writers like any other. */
#ifndef NNR_NN_PLAN_H
#define NNR_NN_PLAN_H

#include "nn/joint_term.h"
#include "nn/op.h"
#include "nn/policy.h"

enum block {
    IN_INPUT,   /* one array an input layer; at is its number */
    IN_TARGET,  /* one array a head; at is its number */
    IN_WEIGHT,  /* the flat block of weights */
    IN_WGRAD,   /* its gradient, same layout */
    IN_VALUE,   /* what calls put out */
    IN_DVALUE,  /* its gradient */
    IN_SAVED,   /* what a backward needs beyond inputs and outputs: pre-activations, moments */
    IN_SCRATCH, /* of the step that runs */
    BLOCKS
};

struct joint;

struct operand {
    enum block block;
    size_t at; /* in reals; in a block with samples, with `capacity` samples */
    id of;     /* the value, weight or head that stands there; of IN_SAVED the call */
};

/* What a head sees of the model's output: rows of `cols` numbers. */
struct head_view {
    const struct args *args;
    size_t rows, cols, target_cols;
    const real *y, *t;
    const real *z; /* the pre-activation, when the head works at the logits; else NULL */
};

/* A loss as the plan sees it; train has the table. Values are means over the rows; `gradient` makes
 * d (+)= scale * dL/dy, or dL/dz when view->z is there. */
struct head_kind {
    bool has_logits;        /* there is a form at the pre-activation of: */
    enum activation logits; /* this activation */
    double (*value)(const struct head_view *v);
    void (*gradient)(const struct head_view *v, double scale, real *d, bool add);
    /* How much a row of the view counts, where struct head says that they differ. */
    double (*row_weight)(const struct head_view *v, size_t row);
};

struct head {
    id value;
    const struct head_kind *kind;
    const struct args *args; /* of the loss; must outlive the plan */
    size_t target_cols;      /* targets for each row of the output */
    double weight;           /* the factor that its loss counts with */
    bool weighs_rows;        /* kind->row_weight is to be asked */
};

/* How a policy bends a row; in the order in which one reason hides another. */
enum bent {
    BENT_NOT,
    BENT_REDUCED,
    BENT_STEPS,
    BENT_COUNTED,
    BENT_MASKED,
    BENT_INPUT,
    BENT_FROZEN,
    BENT_DROPPED,
    BENT_REFUSED
};

/* What a joint term reads, and its formula (expr/joint.h). */
struct joint_row {
    struct joint *formula;
    struct tensor_place *at; /* its tensors */
    size_t tensors;
    bool values;     /* an output is among them */
    size_t gathered; /* reals that a sample's outputs have, where these have a mask; else 0 */
    bool moves;      /* its gradient reaches a weight that may move */
    struct joint_row *next;
};

/* A term and where it is applied. */
struct applied {
    id term, weight, call; /* a weight, or a call; the other is NOTHING, of a joint term both */
    id value;              /* of a call: its output; an input, when a policy wants it there */
    double times;          /* how often it counts: 1, unless a policy bends it */
    bool untrue;           /* only the policy applies it: in truth it does not count */
    enum bent bent;
    uint32_t mask;      /* 1 + the number of the plan's mask whose steps it leaves out, or 0 */
    enum reduce reduce; /* as used */
    size_t steps;       /* a further divisor that a policy adds; 1 */
    size_t count;       /* elements: of the weight, or of one sample */
    size_t sums;        /* where its sums begin in frame->sums */
    bool simple;        /* its kind has powers */
    bool proximal;      /* it is in no gradient; see below */
    bool frozen;        /* its gradient reaches no weight that may move */
    const struct joint_row *joint; /* of a joint term; else NULL */
};

/* A row that acts on its weight after each step (penalty_is_proximal). */
struct proximal_row {
    id weight;
    bool whole; /* not number by number */
    uint32_t row;
};

/* A weight that follows a figure of the batches: w = momentum w + (1 - momentum) figure. */
struct average {
    uint32_t figure; /* the operand, and where in it: */
    size_t at;
    id weight;
    double momentum;
};

/* One real for each sample and step of a value: 1, or 0 where the step is left out. */
struct plan_mask {
    uint32_t operand;
    size_t steps;
};

enum mode { MODE_TRAIN, MODE_INFER };

struct plan {
    const struct graph *graph; /* borrowed */
    enum mode mode;
    bool fused;
    size_t capacity;
    size_t size[BLOCKS];     /* in reals; of INPUT and TARGET, how many arrays */
    struct arena arena;      /* settings of steps */
    struct operand *operand; /* NO_OPERAND, then inputs and targets, then what stays put */
    size_t operands, operand_room, moving_operands;
    struct step *forward, *backward;
    size_t forwards, backwards, forward_room, backward_room;
    struct joint_row *joint; /* all of them */
    struct applied *applied;
    size_t applieds, applied_room;
    struct proximal_row *proximal; /* those that move something; by weight, those not whole first */
    size_t proximals;
    uint32_t *wgrad; /* the operands in IN_WGRAD */
    size_t wgrads;
    struct average *average; /* in the order of the calls; only in MODE_TRAIN */
    size_t averages, average_room;
    struct head *head;
    size_t heads;
    bool couples_samples;   /* a sample's work needs the others of its batch */
    double flops;           /* floating-point operations for one sample, as ops count them */
    size_t sums;            /* doubles in frame->sums: the rows' first, then one for each head */
    struct operand *value;  /* where each value stands */
    struct plan_mask *mask; /* NULL: there are none */
    size_t masks;
    uint32_t *mask_of; /* for each value 1 + the number of its mask, or 0; NULL: there are none */
};

void plan_destroy(struct plan *p);
/* Where the samples of a value stand. */
struct operand plan_value(const struct plan *p, id value);
/* 1 + the number of a value's mask in the plan; 0: it has none. */
uint32_t plan_mask_of(const struct plan *p, id value);
/* What a row's penalty is applied to when there are that many samples. */
struct extent applied_extent(const struct plan *p, const struct applied *a, size_t samples);
/* Whether a head takes its gradient at the pre-activation. */
bool plan_at_logits(const struct graph *g, const struct head *h);

#endif
