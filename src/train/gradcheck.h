/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient that training uses against differences of the loss that it reports, for one model as
 * it stands: the training plan, on the first full batch of the training samples in order, with the
 * random numbers of the step to come. It has a frame and weights of its own; the model's stay.
 *
 * Not the total alone is looked at, but also each part of it by itself: the data loss, and every
 * penalty. So a weak penalty whose gradient is wrong is seen beside a strong loss.
 *
 * Numeric slopes are central differences at steps h and 2h, extrapolated to 0 (Richardson 1911).
 * Where these two disagree, or the slopes on both sides do, there is a kink within 2h: h is then
 * made smaller, up to GRADCHECK_RUNGS times. If the slopes on both sides stay what they are, the
 * kink is at the weight itself, as relu's is at 0: an analytic slope that lies between them is
 * right. Otherwise nothing can be said and the coordinate is skipped. Where a penalty has a kink,
 * or nothing can be said of it, and its analytic slope is not 0, it moves the weight by a choice
 * that no difference can confirm: such coordinates are counted as pushed, and one of them is named.
 *
 * An error is relative to the largest of: the two slopes; the largest slope of the same part in the
 * same tensor (at most GRADCHECK_CEILING); and what rounding may hide. The last is measured: all
 * weights are moved by up to 64 units in their last place, to one side and to the other; the mean
 * of the part's values there differs from its value, and its slopes from what they were. Eight
 * times the most of the first, over h, and of the second is a slope that cannot be told from
 * rounding. Up to GRADCHECK_MOST is right. */
#ifndef NNR_TRAIN_GRADCHECK_H
#define NNR_TRAIN_GRADCHECK_H

#include "train/engine.h"

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

struct gradcheck {
    struct model *model;
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

/* Whether there is anything to check: the model fits the data, and something in it trains. */
int gradcheck_check(const struct model *m, const struct dataset *d, struct err *e);
/* Needs a chosen loss. Then gradcheck_next, one coordinate each, until it returns false;
 * gradcheck_finish at last, also after an error. */
int gradcheck_begin(struct gradcheck *c, struct model *m, const struct dataset *d, uint64_t seed,
                    struct err *e);
bool gradcheck_next(struct gradcheck *c);
void gradcheck_finish(struct gradcheck *c);

/* The sums over all tensors; first and count are of no use there. */
struct gradcheck_tensor gradcheck_sum(const struct gradcheck *c);
/* 0 if the gradient is right as far as it can be told, else the error that says what is wrong. */
int gradcheck_verdict(const struct gradcheck *c, struct err *e);
/* A place, of the largest error say: "hidden.kernel[3, 7]". */
const char *gradcheck_place(const struct gradcheck *c, const struct gradcheck_place *place,
                            char *text, size_t room);
/* The part it was found in: "total", "data loss", "hidden.activity l1(0.1)". */
void gradcheck_part(const struct gradcheck *c, const struct gradcheck_place *place, struct str *to);

/* Private to gradcheck: the slopes at one coordinate (difference.c). */
struct gradcheck_sides {
    bool settled;
    bool doubted;       /* looked wrong once */
    double back, forth; /* the slopes on both sides at the last step size */
};
/* Makes the values of all parts at the present weights, [parts]. */
void gradcheck_values(const struct gradcheck *c, double *to);
void gradcheck_coordinate(struct gradcheck *c, struct gradcheck_tensor *t, size_t i);

#endif
