/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numeric slopes of all parts of the total at one weight, and what they say of the analytic ones.
 * The lower half of gradcheck, which says how they are judged. */
#ifndef NNR_TRAIN_DIFFERENCE_H
#define NNR_TRAIN_DIFFERENCE_H

#include "train/evaluator.h"

/* In double the forward pass is good to 16 digits, and the slope to 7. In float it is good to 7,
 * and a sum over many weights to fewer: a wide step keeps most of them, and a narrow one, which
 * kinks may ask for, 2 or 3. */
#ifdef NNR_DOUBLE
#define GRADCHECK_MOST 1e-7
#define GRADCHECK_STEP 0x1p-14
#define GRADCHECK_RUNGS 4
#define GRADCHECK_CEILING 1.0
#else
#define GRADCHECK_MOST 1e-2
#define GRADCHECK_STEP 0x1p-4
#define GRADCHECK_RUNGS 5
#define GRADCHECK_CEILING HUGE_VAL
#endif

/* Models with more weights than this are checked at this many places of each tensor. */
enum { GRADCHECK_ALL = 2000, GRADCHECK_SAMPLE = 64 };

struct gradcheck_tensor {
    id weight;
    size_t first, count; /* its coordinates among all that are checked */
    size_t kinks;        /* coordinates at a kink, and right there */
    size_t skipped;      /* near a kink: nothing can be said */
    size_t pushed;       /* of both, those at which a penalty pushes all the same */
    size_t rounding;     /* whose slope is so small that rounding hides a tenth of it or more */
    double worst;        /* the largest error */
};

/* Parts of the total: itself, the data loss, then the rows of the plan. A model without penalties
 * has only the first. */
enum { GRADCHECK_TOTAL, GRADCHECK_DATA, GRADCHECK_ROW };

struct gradcheck_place {
    size_t tensor, index; /* index: in the weight tensor, row-major */
    size_t part;
    double analytic, numeric, error;
};

/* A penalty that pushes at a kink: its slopes on both sides, NaN where they cannot be told. */
struct gradcheck_push {
    struct gradcheck_place place;
    double back, forth;
};

/* What is known of a part at the coordinate at hand. */
struct gradcheck_sides {
    bool settled;
    bool doubted;       /* looked wrong once */
    double back, forth; /* the slopes on both sides at the last step size */
};

struct gradcheck {
    struct model *model;
    struct trainer *trainer;
    const struct dataset *data;
    size_t samples;

    struct gradcheck_tensor *tensor; /* those that training moves */
    size_t tensors;
    size_t weights, count; /* numbers that training moves; how many of them are looked at */
    size_t done;           /* of count */
    struct gradcheck_place worst;
    struct gradcheck_push push; /* the strongest, if any coordinate is pushed */

    struct frame *frame;
    real *weight, *grad;
    size_t parts;
    size_t *at;                    /* [count]: places in the flat block of weights */
    double *analytic;              /* [parts][count] */
    double *top;                   /* [parts][tensors]: the largest analytic slope */
    double *rough;                 /* [parts][tensors]: what rounding does to the analytic slopes */
    double *here;                  /* [parts]: values at the model's weights */
    double *noise;                 /* [parts]: what rounding does to them */
    double *near;                  /* [4][parts]: values at -2h, -h, h, 2h */
    struct gradcheck_sides *sides; /* [parts] */
};

/* Whether a part is a penalty that is in no gradient (train/proximal.h), or whose slope is
 * straight-through (penalty_kind.by_count): it is 0 in all that is compared here, the total
 * included. */
bool gradcheck_leaves_out(const struct gradcheck *c, size_t part);
/* Makes the values of all parts at the present weights, [parts]. */
void difference_values(const struct gradcheck *c, double *to);
/* Compares the slopes at coordinate number i, which is one of tensor t. */
void difference_coordinate(struct gradcheck *c, struct gradcheck_tensor *t, size_t i);

#endif
