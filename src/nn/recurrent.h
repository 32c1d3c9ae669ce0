/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What recurrent layers share: their arguments, and a pass over all steps of a sequence, forward
 * and back through time. A layer is a cell: what one step does. Private to nn.
 *
 * Within a pass arrays are [steps][rows][...], in the order in which the steps run, so that those
 * of a step stand together: a row is a sample, or one of its parts under timedistributed. */
#ifndef NNR_NN_RECURRENT_H
#define NNR_NN_RECURRENT_H

#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/planner.h"
#include "num/gemm.h"

struct recurrent;

/* A pass over a sequence. */
struct pass_through {
    const struct recurrent *of;
    const struct frame *frame;
    size_t rows;
    const real *kernel, *recurrent, *bias;
    const real *valid;             /* [samples][steps], 0 where masked; NULL: all count */
    const real *drop_in, *drop_on; /* factors of inputs and states, [rows][...]; NULL: 1 */
    /* What lasts from the forward to the backward pass. */
    real *x, *gate, *z; /* [steps][rows][inputs]; gates; and what went into them, or NULL */
    real *output;       /* [steps + 1][rows][units]: 0, then what each step puts out */
    real *state;        /* the same of an lstm's state */
    real *kept;         /* [steps][rows][units]: the cell's own */
    real *dropped;      /* outputs as the next step sees them, [steps][rows][units], or NULL */
    /* What a pass works in. */
    real *room, *whole;       /* what the cell asked for: for each row, and at all */
    real *d, *dinner;         /* gradients of what goes into the gates */
    real *doutput, *dbefore;  /* of the output of a step, and of the one before */
    real *dstate, *through;   /* [rows][units] */
    real *turned;             /* the recurrent kernel, transposed */
    real *drecurrent, *dbias; /* where they are wanted, else NULL */
    bool add_recurrent, add_bias;
};

struct cell {
    size_t gates; /* the kernels have so many columns for each unit */
    bool has_state, has_kept, has_inner;
    /* Step t of rows [from, to); and its way back: from doutput, dstate to d, dinner, dstate and
     * dbefore, as far as it does not go through the recurrent kernel. */
    void (*forward)(const struct pass_through *p, size_t t, size_t from, size_t to);
    void (*backward)(const struct pass_through *p, size_t t, size_t from, size_t to);
    /* The product of step t's recurrent kernel, before `forward`; and `dbefore` from it. */
    void (*product)(const struct pass_through *p, size_t t);
    void (*carry)(const struct pass_through *p, size_t t);
    /* Before the steps, in place of turning the recurrent kernel, or NULL; and after them:
     * drecurrent, dbias. */
    void (*prepare)(const struct pass_through *p);
    void (*finish)(const struct pass_through *p);
    /* Numbers of `room`, for each row and at all. */
    size_t (*room_each)(const struct recurrent *r);
    size_t (*room_all)(const struct recurrent *r);
};

/* Settings of the ops. */
struct recurrent {
    const struct cell *cell;
    size_t steps, inputs, units;
    bool sequences, backwards, aligned, keeps_z, drops;
    struct activation_use inner, outer;             /* recurrent_activation, activation */
    gemm_run *run_in, *run_in_weight, *run_in_grad; /* of all steps' inputs */
    gemm_run *run_on, *run_on_weight, *run_on_grad; /* of a step's states; all steps' */
};

extern const struct layer_kind layer_simple_rnn;

/* `shape` of all kinds that are recurrent, and of no others. */
int recurrent_shape(const struct args *self, const struct shape *in, struct shape *out,
                    struct err *e);
/* kernel, recurrent and, with use_bias, bias, of that many gates; biases: how many rows the bias
 * has, 0: it is a vector. */
size_t recurrent_weights(const struct args *self, const struct shape *in, struct weight_spec *w,
                         uint32_t gates, uint32_t biases);
void recurrent_forward(struct planner *p, id call, const struct cell *cell);
void recurrent_backward(struct planner *p, id call, const struct cell *cell);
extern const struct op_kind *const recurrent_draws[];
extern const char *const recurrent_noises[];

/* For cells: what step t begins with, [rows][units], and the array of a step. */
static inline real *step_array(const struct pass_through *p, real *of, size_t t, size_t each)
{
    return of ? of + t * p->rows * each : NULL;
}
static inline size_t gate_columns(const struct recurrent *r)
{
    return r->cell->gates * r->units;
}
/* The states that the product of step t sees: those before it, with dropout. */
static inline const real *seen_before(const struct pass_through *p, size_t t)
{
    return step_array(p, p->dropped ? p->dropped : p->output, t, p->of->units);
}
/* dbefore (+)= what came through the product, with dropout: d[rows][columns] of the gates by a
 * matrix [columns][units]. */
void recurrent_carry(const struct pass_through *p, gemm_run *run, size_t columns, const real *d,
                     const real *by, bool add);
/* a product of many rows, in parts between which a stop is seen: c[m][n] (+)= the sum over k. */
void recurrent_sum(const struct pass_through *p, gemm_run *run, size_t m, size_t n, size_t k,
                   const real *a, const real *b, real *c, bool add);
/* `finish` where the state goes into the gates as the inputs do: from d. */
void recurrent_finish(const struct pass_through *p);
/* One activation of columns [from, from + units) of rows of `cols`, in place; z: what went in. */
void recurrent_activate(struct activation_use a, size_t rows, size_t cols, size_t from,
                        size_t units, real *y, real *z);
void recurrent_deactivate(struct activation_use a, size_t rows, size_t cols, size_t from,
                          size_t units, const real *y, const real *z, real *d);
/* Whether the gates have the activations that num/gates.h has. */
bool recurrent_is_usual(const struct recurrent *r);

/* What all of them take, in the order of help. */
#define RECURRENT_ARGS_FIRST                                                                       \
    ARG("units", POSITIONAL, ARG_WHOLE, .required = true, .min = 1, .max = 1e6,                    \
        .line = "outputs, and numbers of the state"),                                              \
        ARG("activation", POSITIONAL, ARG_CALL, .of = &activation_kinds, .standard = "tanh",       \
            .line = "the function of what is new in a step")
#define RECURRENT_GATE_ACTIVATION                                                                  \
    ARG("recurrent_activation", KEY, ARG_CALL, .of = &activation_kinds, .standard = "sigmoid",     \
        .line = "the function of the gates")
#define RECURRENT_ARGS                                                                             \
    SLOT("kernel", "kernel_regularizer", "a penalty on the kernel of the inputs"),                 \
        SLOT("recurrent", "recurrent_regularizer", "a penalty on the kernel of the states"),       \
        SLOT("bias", "bias_regularizer", "a penalty on the bias"), ACTIVITY_SLOT,                  \
        ARG("sequences", KEY, ARG_BOOL, .standard = "no", .alias = "return_sequences",             \
            .line = "yes: the output of each step; no: that of the last one"),                     \
        ARG("backwards", KEY, ARG_BOOL, .standard = "no", .alias = "go_backwards",                 \
            .line = "yes: from the last step to the first; the outputs are in that order"),        \
        ARG("merge", KEY, ARG_CHOICE, .of = &merge_modes, .standard = "concat",                    \
            .alias = "merge_mode",                                                                 \
            .line = "behind bidirectional: how both directions are joined"),                       \
        ARG("dropout", KEY, ARG_NUMBER, .standard = "0", .min = 0, .max = 0.999999,                \
            .line = "the share of the inputs that a training step sets to 0, the same at all "     \
                    "steps of a sample",                                                           \
            .use = "As the layer dropout, for what goes into a recurrent layer: what is left out " \
                   "of a sample is left out at each of its steps (Gal and Ghahramani 2016)."),     \
        ARG("recurrent_dropout", KEY, ARG_NUMBER, .standard = "0", .min = 0, .max = 0.999999,      \
            .line = "the same for the states that the recurrent kernel sees",                      \
            .use =                                                                                 \
                "Where the state remembers single samples: units left out are left out at all "    \
                "steps, so what is kept over time is not worn down (Gal and Ghahramani 2016)."),   \
        ARG("recurrent_kernel_dropout", KEY, ARG_NUMBER, .standard = "0", .min = 0,                \
            .max = 0.999999,                                                                       \
            .line = "the share of the recurrent kernel's numbers that a training step leaves "     \
                    "out, the same at all steps (DropConnect)",                                    \
            .use = "For language models with an lstm: of all that was tried there it helps most, " \
                   "and costs nothing at a step (the weight-dropped LSTM, Merity et al. 2018)."),  \
        ARG("use_bias", KEY, ARG_BOOL, .standard = "yes", .line = "whether a bias is added"),      \
        ARG("kernel_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "glorot_uniform",         \
            .alias = "kernel_initializer", .line = "how the kernel of the inputs starts"),         \
        ARG("recurrent_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "orthogonal",          \
            .alias = "recurrent_initializer", .line = "how the kernel of the states starts"),      \
        ARG("bias_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "zeros",                    \
            .alias = "bias_initializer", .line = "how the bias starts"),                           \
        CONSTRAINT("kernel_constraint", "what the kernel is brought back to after each step"),     \
        CONSTRAINT("recurrent_constraint",                                                         \
                   "what the recurrent kernel is brought back to after each step"),                \
        CONSTRAINT("bias_constraint", "what the bias is brought back to after each step"),         \
        DECAY("kernel_decay", "the kernel"), DECAY("recurrent_decay", "the recurrent kernel"),     \
        DECAY("bias_decay", "the bias"),                                                           \
        TRAINABLE("no: the weights stay as they are; their penalties still count"), CALL_CLAUSES
#define RECURRENT_NOTE                                                                             \
    " It takes steps x features, and its state is 0 before the first step. Without sequences=yes " \
    "the output of the last step comes out. All steps' weights are the same: a penalty on them "   \
    "counts once; one on activity counts every step that comes out, and is divided by samples. "   \
    "dropout= and recurrent_dropout= draw what is left out once for each sample and step of "      \
    "training, the same for all its steps in time and all gates, and multiply the rest by 1 / "    \
    "(1 - rate). recurrent_kernel_dropout= leaves out numbers of the recurrent kernel, the same "  \
    "for all samples and steps in time. Defaults, names of arguments and the order of the gates "  \
    "are Keras 3's."

/* How bidirectional joins its halves: rows of the layers' table. */
extern const struct table merge_modes;

/* Whether the steps that a layer puts out begin with the last (layer_kind.turns_steps). */
bool recurrent_turns(const struct graph *g, id layer);

#endif
