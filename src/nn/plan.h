/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plan: a graph compiled into one flat list of steps for the forward and one for the backward
 * pass. Every array of a step is a block and an offset; a frame (nn/frame.h) turns them into
 * pointers. A plan has a capacity of samples; how many there are is said when it runs.
 *
 * Gradient flow is decided here. Every gradient array knows its writers in backward order: the
 * first stores, the rest add, so nothing is ever cleared. Penalties are writers like any other. */
#ifndef NNR_NN_PLAN_H
#define NNR_NN_PLAN_H

#include "nn/graph.h"
#include "nn/policy.h"
#include "num/gemm.h"

enum block {
    IN_INPUT,  /* one array an input layer; at is its number */
    IN_TARGET, /* one array a head; at is its number */
    IN_WEIGHT, /* the flat block of weights */
    IN_WGRAD,  /* its gradient, same layout */
    IN_VALUE,  /* what calls put out */
    IN_DVALUE, /* its gradient */
    IN_SAVED,  /* what a backward needs beyond inputs and outputs: pre-activations, moments */
    BLOCKS
};

struct place {
    enum block block;
    size_t at; /* in reals; in a block with samples, with `capacity` samples */
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
};

struct head {
    id value;
    const struct head_kind *kind;
    const struct args *args; /* of the loss; must outlive the plan */
    size_t target_cols;      /* targets for each row of the output */
    double weight;           /* the factor that its loss counts with */
};

struct frame;
struct planner;

enum step_kind {
    STEP_PRODUCT,     /* y0 (+)= x0 * x1, a matrix product */
    STEP_COPY,        /* y0 (+)= x0 */
    STEP_BIAS,        /* y0 += x0, row by row */
    STEP_ACTIVATE,    /* y0 = f(y0); y1, if used, keeps z */
    STEP_DROPOUT,     /* y0 (+)= x0 * mask / (1 - amount); the mask is drawn anew from the key */
    STEP_NOISE,       /* y0 = x0 + amount * normal */
    STEP_GATHER,      /* a penalty's sums of x0 */
    STEP_HEAD_VALUE,  /* a head's loss */
    STEP_HEAD_SLOPE,  /* its gradient into y0 */
    STEP_ADJOINT,     /* a penalty's gradient at x0 into y0 */
    STEP_DEACTIVATE,  /* y0 = y0 * f' */
    STEP_COLUMNS,     /* y0 (+)= column sums of x0 */
    STEP_JOIN,        /* y0 = the inputs, added, multiplied ... */
    STEP_JOIN_SLOPE,  /* y0 (+)= the gradient of input `which`, from x0 */
    STEP_PUT,         /* columns [at, at + cols) of y0's rows of `inner` = x0 */
    STEP_TAKE,        /* y0 (+)= such columns of x0 */
    STEP_ZERO,        /* y0 = 0 */
    STEP_MOMENTS,     /* y0 = mean and variance of the columns of x0 */
    STEP_NORM,        /* y0 = x0 normalised with the moments x1, times x2, plus x3 */
    STEP_NORM_SLOPES, /* y0 (+)= its gradient from x3 to x0, y1 to the factor, y2 to the summand */
    STEP_ROW_NORM,    /* NORM along each row, y1 gets the moments */
    STEP_ROW_NORM_SLOPES,
    STEP_EPILOGUE, /* BIAS, ACTIVATE and GATHERs of one output in one pass */
    STEP_PROLOGUE  /* ADJOINTs, DEACTIVATE and COLUMNS of one output in one pass */
};

enum join { JOIN_ADD, JOIN_MULTIPLY, JOIN_AVERAGE, JOIN_MAXIMUM };

enum { NO_PLACE = UINT32_MAX };

struct step {
    void (*run)(const struct step *s, const struct frame *f);
    enum step_kind kind;
    id of; /* in the backward list: the call that it carries a gradient through, or NOTHING */
    uint32_t x[4], y[3]; /* indices of places; NO_PLACE: not used */
    bool add[3];         /* y[i] is added to */
    bool has;            /* y[0] holds a gradient already (DEACTIVATE, PROLOGUE) */
    bool by_sample;      /* `rows` counts for every sample */
    bool sums_rows; /* of a product: the samples are its inner dimension (a weight's gradient) */
    size_t rows, cols, inner;
    enum product product;
    gemm_run *multiply; /* of a product: the way for its sizes with `capacity` samples */
    struct activation_use activation;
    uint32_t head;
    id call;       /* of DROPOUT and NOISE: whose random numbers */
    bool fixed;    /* of NORM_SLOPES: the moments do not follow x0 */
    double amount; /* the rate, the deviation, or the epsilon of a norm */
    enum join join;
    uint32_t first_input, inputs;   /* of JOIN: their places, in plan->list */
    uint32_t which;                 /* of JOIN_SLOPE */
    size_t at;                      /* of PUT and TAKE */
    uint32_t first_member, members; /* rows of the ledger, in plan->member (GATHER to PROLOGUE) */
};

/* How a policy bends a row; in the order in which one reason hides another. */
enum bent {
    BENT_NOT,
    BENT_REDUCED,
    BENT_STEPS,
    BENT_COUNTED,
    BENT_INPUT,
    BENT_FROZEN,
    BENT_DROPPED,
    BENT_REFUSED
};

/* A term and where it is applied. */
struct applied {
    id term, weight, call; /* a weight, or a call; the other is NOTHING */
    id value;              /* of a call: its output; an input, when a policy wants it there */
    double times;          /* how often it counts: 1, unless a policy bends it */
    bool untrue;           /* only the policy applies it: in truth it does not count */
    enum bent bent;
    enum reduce reduce; /* as used */
    size_t steps;       /* a further divisor that a policy adds; 1 */
    struct place x;
    size_t count;    /* elements: of the weight, or of one sample */
    size_t sums;     /* where its sums begin in frame->sums */
    bool simple;     /* its kind has powers, which are: */
    struct powers c; /* a graph in use does not change, so neither do they */
    bool frozen;     /* its gradient reaches no weight that may move */
};

/* A weight that follows a figure of the batches: w = momentum w + (1 - momentum) figure. */
struct average {
    struct place figure;
    id weight;
    double momentum;
};

enum mode { MODE_TRAIN, MODE_INFER };

struct plan {
    const struct graph *graph; /* borrowed */
    enum mode mode;
    bool fused;
    size_t capacity;
    size_t size[BLOCKS]; /* in reals; of INPUT and TARGET, how many arrays */
    struct place *place; /* inputs and targets come first */
    size_t places, place_room, moving_places;
    struct step *forward, *backward;
    size_t forwards, backwards, forward_room, backward_room;
    struct applied *applied;
    size_t applieds, applied_room;
    uint32_t *member;
    size_t members, member_room;
    uint32_t *slope; /* the places in IN_WGRAD */
    size_t slopes;
    uint32_t *list; /* places of several inputs */
    size_t lists, list_room;
    struct average *average; /* in the order of the calls; only in MODE_TRAIN */
    size_t averages, average_room;
    struct head *head;
    size_t heads;
    bool couples;        /* a sample's work needs the others of its batch */
    double work;         /* floating-point operations of the products of one sample */
    size_t sums;         /* doubles in frame->sums: the rows' first, then one for each head */
    struct place *value; /* where each value stands */
};

/* Compiles. The graph, the heads' args and the policy must outlive the plan. NULL: *e (memory). */
struct plan *plan_compile(const struct graph *g, const struct head *heads, size_t count,
                          enum mode mode, size_t capacity, bool fuse, struct err *e);
/* The same with the penalties bent by a policy; NULL: none. */
struct plan *plan_compile_bent(const struct graph *g, const struct head *heads, size_t count,
                               enum mode mode, size_t capacity, bool fuse,
                               const struct policy *policy, struct err *e);
/* What a row is bent by, in a few words; "" for BENT_NOT. */
const char *bent_word(enum bent bent);
/* A term with which a system of this policy does not run the model at all; NOTHING if it runs. */
id policy_refuses(const struct graph *g, const struct policy *p);
void plan_destroy(struct plan *p);
/* Where the samples of a value stand. */
struct place plan_value_place(const struct plan *p, id value);
/* What a row's penalty is applied to when there are that many samples. */
struct extent applied_extent(const struct plan *p, const struct applied *a, size_t samples);
/* Whether a head takes its gradient at the pre-activation. */
bool plan_at_logits(const struct graph *g, const struct head *h);

/* For layers: emitting the steps of a call. */

/* The layer of a call. */
const struct layer *planner_layer(const struct planner *p, id call);
/* The shape of what it puts out, time axes included: all but the last axis count as rows. */
const struct shape *planner_output(const struct planner *p, id call);

/* Geometry of a product of a call's samples with a weight: rows a sample, and its two sizes. */
struct plan_sizes {
    size_t rows, in, out;
};
void planner_product(struct planner *p, id call, const char *weight, struct plan_sizes s);
/* y = x, for a layer that works in place on a copy. */
void planner_copy(struct planner *p, id call);
/* y = f(y + bias); bias may be NULL, activation too. */
void planner_activate(struct planner *p, id call, const char *bias, size_t rows, size_t cols,
                      const struct args *activation);
/* The gradient of y becomes that of z, the head's part at the logits included. */
void planner_deactivate(struct planner *p, id call, size_t rows, size_t cols,
                        const struct args *activation);
/* The bias's gradient from that of z. */
void planner_bias_slope(struct planner *p, id call, const char *bias, size_t rows, size_t cols);
/* The weight's and the input's gradients from that of z. */
void planner_product_slopes(struct planner *p, id call, const char *weight, struct plan_sizes s);
/* Random numbers of a call, in training: y = x * mask / (1 - rate), or y = x + deviation * normal.
 * In inference both are y = x. */
void planner_dropout(struct planner *p, id call, double rate);
void planner_dropout_slope(struct planner *p, id call, double rate);
void planner_noise(struct planner *p, id call, double deviation);
/* dx (+)= dy */
void planner_copy_slope(struct planner *p, id call);

/* The inputs of a call joined element by element, and their gradients. */
void planner_join(struct planner *p, id call, enum join join);
void planner_join_slopes(struct planner *p, id call, enum join join);
/* The inputs of a call side by side, joined along the first of the last `axes` axes. */
void planner_concat(struct planner *p, id call, uint32_t axes);
void planner_concat_slopes(struct planner *p, id call, uint32_t axes);
/* Over all axes but the last, the samples included: weights gamma, beta, moving_mean and
 * moving_variance, of which the first two may be missing. In training, with a layer that may move,
 * the moments are the batch's, and the moving ones follow them; else they are the moving ones. */
void planner_batchnorm(struct planner *p, id call, double momentum, double epsilon);
void planner_batchnorm_slopes(struct planner *p, id call, double epsilon);
/* Over the last axis: weights gamma and beta, which may be missing. */
void planner_layernorm(struct planner *p, id call, double epsilon);
void planner_layernorm_slopes(struct planner *p, id call, double epsilon);

/* Joins neighbouring steps on one output into one pass (nn/fuse.c). */
int plan_fuse(struct plan *p);
/* The function that runs a kind of step (nn/steps.c). */
void (*step_runner(enum step_kind kind))(const struct step *, const struct frame *);
/* Those of normalisation (nn/steps_norm.c). */
void run_moments(const struct step *s, const struct frame *f);
void run_norm(const struct step *s, const struct frame *f);
void run_norm_slopes(const struct step *s, const struct frame *f);
void run_row_norm(const struct step *s, const struct frame *f);
void run_row_norm_slopes(const struct step *s, const struct frame *f);

#endif
