/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Penalties: one row for each kind, and the terms that a model's slots hold. */
#ifndef NNR_NN_PENALTY_H
#define NNR_NN_PENALTY_H

#include "base/entry.h"
#include "nn/activation.h"

/* The mask of an activity, [samples][steps], and what is there now: `valid` steps, of which `pairs`
 * have one of the same sample behind them. */
struct steps_seen {
    const real *mask;
    size_t steps, valid, pairs;
};

/* What a penalty is applied to at a step: a whole weight tensor, or an activity of `samples`
 * samples with `count / samples` elements each. */
struct extent {
    size_t count;
    size_t samples;
    const struct shape *shape; /* of the weight, or of one sample of the activity */
    bool activity;
    const struct steps_seen *seen; /* of an activity with a mask; else NULL */
};

/* Whether number `at` of what a penalty is applied to stands in a step that is there. */
static inline bool extent_seen(const struct extent *n, size_t at)
{
    return !n->seen || n->seen->mask[at / (n->count / (n->samples * n->seen->steps))] != 0;
}
/* In how many samples the step is there that number `at` of a sample stands in. */
size_t extent_samples(const struct extent *n, size_t at);

/* How the sum over a batch's activities is brought down; weights are always summed. */
enum reduce { REDUCE_BATCH, REDUCE_SUM, REDUCE_MEAN };
extern const struct table reductions;
enum reduce reduce_of(const struct entry *choice);

/* The inside of a call that puts out y = f(z), z = x K + b along the last axis. */
struct inside {
    struct activation_use activation; /* f, one that activation_has_slopes knows */
    const real *z;                    /* NULL where y tells f' by itself */
    const real *kernel;               /* K: [inputs][units] */
    size_t inputs, units;
};

/* Gradients into the inside of a call, each added to where it says so; NULL: not wanted. */
struct inside_slopes {
    real *dz, *dkernel;
    bool add_z, add_kernel;
};

/* How a kind leaves masked steps of an activity out. */
enum masked {
    MASKED_REFUSED, /* it cannot */
    MASKED_PACKED,  /* it is given the steps that are there, sample by sample at the front, and 0
                     * behind them, which changes nothing */
    MASKED_ROWS,    /* it is given the steps that are there of all samples, one behind the other:
                     * as many samples of one step each */
    MASKED_KNOWN    /* it asks extent->seen */
};

/* A kind is four functions. `gather` runs in the forward pass, `value` once after it, `adjoint` in
 * the backward pass: dx (+)= scale * d(penalty)/dx; it may run several times after one gather, and
 * leaves what gather put into sums as `value` needs it. Neither value nor adjoint divides by the
 * batch: that is in `scale`, and the caller's business. */
struct penalty_kind {
    struct entry entry;
    /* Of x and the entry's arguments, in the expression language; of an inside, as people write. */
    const char *formula;
    /* The formula of a penalty whose arguments choose among several; NULL: it is `formula`. */
    const char *(*chosen_formula)(const struct args *self);
    /* What docs/catalogue.md draws: a use, and the numbers that it stands on with the one that
     * moves written ?, rows divided by `;` as in a matrix of inputs by units: "l2(1) of ?",
     * "hoyer(1) of ? 1". An activity, samples by units: "kl(1) at ? 1"; one sample, steps by units:
     * "tar(1) along ?; 1". Then, if not -2 to 2, "from 0.01 to 0.99". NULL: `?` tells nothing. */
    const char *picture;
    /* Whether it can be applied to a weight of that shape, or to an activity whose samples have it:
     * 0, or -1 and *e. NULL: to every shape. */
    int (*check)(const struct args *self, const struct shape *shape, bool activity, struct err *e);
    /* How many doubles it works in; asked at the largest number of samples. */
    size_t (*sums)(const struct args *self, const struct extent *n);
    void (*gather)(const struct args *self, const struct extent *n, const real *x, double *sums);
    double (*value)(const struct args *self, const struct extent *n, const double *sums);
    void (*adjoint)(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *sums, real *dx, bool add);
    /* Of a kind with the argument prox: a weight w of that shape becomes the z with the least times
     * * penalty(z) + sum (z - w)^2 / (2 step), where step is each number's own. Else NULL. */
    void (*prox)(const struct args *self, const struct shape *shape, double times, const real *step,
                 real *w);
    /* Of a kind that works on groups of a weight: how many there are, and in *zero how many of them
     * are 0 throughout. Else NULL. */
    size_t (*groups)(const struct args *self, const struct shape *shape, const real *w,
                     size_t *zero);
    /* Of a kind whose value depends on nothing but how many numbers are not 0: the slope by that
     * number. Its gradient goes straight through the thresholds of a jumprelu (nn/act_jumprelu.h),
     * with the argument bandwidth; `adjoint`, of the numbers themselves, adds nothing. Else NULL.
     */
    double (*by_count)(const struct args *self, const struct extent *n, const double *sums);
    /* In place of gather and adjoint, of a kind that is a function of a layer's inside: it stands
     * in the activity slot of a layer with a kernel (layer_kind.kernel), and what x is to gather y
     * is here. */
    void (*gather_inside)(const struct args *self, const struct extent *n, const struct inside *l,
                          const real *y, double *sums);
    void (*adjoint_inside)(const struct args *self, const struct extent *n, double scale,
                           const struct inside *l, const real *y, double *sums,
                           const struct inside_slopes *to);
    enum masked masked;
    /* Of a kind that is MASKED_PACKED: whether it goes along the steps, and the last one that is
     * there shall stand behind them in place of 0. Of one that is MASKED_ROWS: whether it tells
     * samples or steps apart, and so can leave none out. NULL: no. */
    bool (*along_steps)(const struct args *self, const struct shape *shape);
    /* What reduce=mean divides by; NULL: the number of elements. */
    double (*elements)(const struct args *self, const struct extent *n);
    /* The value of an activity is a sum over samples, each for itself. */
    bool by_sample;
    /* What numbers it is for, and how one comes to them: the value of others is not a number, and
     * an error says this. NULL: all numbers. */
    const char *domain;
    /* Kinds of the form c1 sum|x| + c2 sum x^2 say so; these may be fused. Else NULL. */
    struct powers (*powers)(const struct args *self);
};
extern const struct table penalty_kinds;

static inline const struct penalty_kind *penalty_kind_of(const struct args *a)
{
    return (const struct penalty_kind *)a->entry;
}

/* A value from the two sums. A factor of 0 leaves its sum out, even an infinite one. */
static inline double powers_total(struct powers c, const double *sums)
{
    return (c.c1 != 0 ? c.c1 * sums[0] : 0) + (c.c2 != 0 ? c.c2 * sums[1] : 0);
}

/* The four functions of a kind that has `powers`. */
size_t powers_sums(const struct args *self, const struct extent *n);
void powers_gather(const struct args *self, const struct extent *n, const real *x, double *sums);
double powers_value(const struct args *self, const struct extent *n, const double *sums);
void powers_adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *sums, real *dx, bool add);

void powers_prox(const struct args *self, const struct shape *shape, double times, const real *step,
                 real *w);

/* Whether a penalty acts after the optimizer (train/proximal.h) and is not in the gradient. */
bool penalty_is_proximal(const struct args *a);
/* A kind's check: an activity is not moved by steps, so it cannot be proximal. */
int prox_check(const struct args *self, const struct shape *shape, bool activity, struct err *e);
/* A penalty's formula, of x and its arguments. */
const char *penalty_formula(const struct args *a);
/* The first argument's value: the coefficient that the ledger shows. */
double penalty_strength(const struct args *a);
/* The divisor that a reduction of a penalty means for an extent. */
double reduce_divisor(enum reduce r, const struct args *a, const struct extent *n);

#define STRENGTH(called, what)                                                                     \
    {                                                                                              \
        .name = called, .form = POSITIONAL, .type = ARG_NUMBER, .required = true, .min = 0,        \
        .max = 1e30, .least = (double)REAL_LEAST, .line = what                                     \
    }
#define PROX                                                                                       \
    ARG("prox", KEY, ARG_BOOL, .standard = "no",                                                   \
        .line = "yes: on weights, which it moves by itself after the optimizer, to exact zeros",   \
        .use = "yes where weights, or whole groups of them, shall be exactly 0")
#define REDUCE REDUCE_BY("batch")
#define REDUCE_BY(by)                                                                              \
    {                                                                                              \
        .name = "reduce", .form = KEY, .type = ARG_CHOICE, .of = &reductions, .standard = by,      \
        .line = "how an activity penalty is summed over the batch: batch (divided by the batch "   \
                "size), sum, mean (divided by the number of elements)"                             \
    }

#endif
