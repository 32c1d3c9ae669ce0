/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses: one file each. All are means over the samples (Keras's sum over batch size). */
#ifndef NNR_TRAIN_LOSS_H
#define NNR_TRAIN_LOSS_H

#include "data/dataset.h"
#include "nn/plan.h"

/* Columns of the data's targets: those of one output. */
struct columns {
    size_t at, width;
};

struct loss_kind {
    struct entry entry;
    struct head_kind head;
    bool classes; /* takes class numbers as targets: one whole number for each row of outputs */
    bool sides;   /* targets are one of two, and nothing between them */
    /* How many classes an output of so many columns tells apart, where it can weigh them; NULL: it
     * cannot. 0: these are no classes. */
    size_t (*weighable)(size_t cols);
    /* Whether a target can be one of this loss; NULL: every finite number can. */
    bool (*takes)(real target);
    const char *range; /* what it can be, for the error */
    /* What `takes` cannot see in a single target; NULL: nothing. */
    int (*suits)(const struct dataset *d, struct columns c, struct err *e);
};
extern const struct table loss_kinds;

static inline const struct loss_kind *loss_kind_of(const struct args *a)
{
    return (const struct loss_kind *)a->entry;
}

/* The i-th of all targets in some columns, sample by sample. */
static inline real target_at(const struct dataset *d, struct columns c, size_t i)
{
    return d->y[i / c.width * d->targets + c.at + i % c.width];
}

/* The name of the loss that suits an output and data when none was chosen:
 * categorical_crossentropy after softmax, binary_crossentropy after sigmoid with targets 0 and 1 in
 * one column, else mse. */
const char *loss_standard(const struct graph *g, id output, const struct dataset *d,
                          struct columns c);
/* Checks targets against the output; *target_cols becomes the targets for each row of outputs. */
int loss_check(const struct args *loss, const struct graph *g, id output, const struct dataset *d,
               struct columns c, size_t *target_cols, struct err *e);

/* Keras's guard: probabilities are held within [1e-7, 1 - 1e-7] before a logarithm. */
#define PROBABILITY_LEAST 1e-7

/* Of the crossentropies; see loss_check for what suits an output. */
#define SMOOTHING                                                                                  \
    ARG("smoothing", KEY, ARG_NUMBER, .standard = "0", .min = 0, .max = 0.999999,                  \
        .alias = "label_smoothing",                                                                \
        .line = "label smoothing: the share of each target that goes to all classes alike",        \
        .use =                                                                                     \
            "Where a classifier is too sure of itself, or labels are wrong here and there: 0.05 "  \
            "to 0.2 (Szegedy 2016).")
#define CLASS_WEIGHT                                                                               \
    ARG("class_weight", KEY, ARG_NUMBERS, .min = 0, .max = 1e30,                                   \
        .line = "for each class, in the order of their numbers, what its rows' loss counts",       \
        .use =                                                                                     \
            "Where some classes are rare and missing them costs: samples / (classes * how many "   \
            "of the class) makes all count alike.")

/* d (+)= g, the one line that all gradients of losses end in. */
static inline void slope_put(real *d, double g, bool add)
{
    *d = (real)(add ? (double)*d + g : g);
}

#endif
