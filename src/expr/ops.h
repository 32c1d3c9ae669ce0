/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can stand in an expression, one row each: operators and functions, with how their values
 * and slopes are computed. A row is all that is known of an operation; shapes and memory are
 * the tape's (tape.h).
 *
 * Where an operation has a kink or no finite slope its row chooses one: the slope of |x| at 0 is 0,
 * so are those of sqrt, norm, std and of powers between 0 and 1; elements that are all the largest
 * (or smallest) share the slope equally, as in PyTorch's amax and maximum. What jumps (comparisons,
 * and or not, sign, floor, round, count, fraction, the condition of where) has slope 0; mod keeps
 * its slope across its jumps. */
#ifndef NNR_EXPR_OPS_H
#define NNR_EXPR_OPS_H

#include "base/entry.h"
#include "expr/tensor.h"
#include "num/clones.h"

#include <math.h>

enum { OPERANDS = 3 };

/* a[i] becomes the value of a[i], b[i], c[i], for i < n. An operation of one operand gets NULL for
 * b and c, one of two gets NULL for c. */
typedef void elementwise(size_t n, double *a, const double *b, const double *c);

/* d[i] becomes g[i] times the slope by one of the operands a, b, c, for i < n, where y[i] is the
 * value there. Where g[i] is 0, d[i] is 0 whatever the slope, so that what does not count cannot
 * bring NaN in. An operation of one operand gets NULL for b and c, one of two NULL for c. */
typedef void slope_by(size_t n, double *restrict d, const double *g, const double *y,
                      const double *a, const double *b, const double *c);

/* Many elements to one: the terms of the elements are summed (or one of them is chosen), and the
 * value is made of that and of how many there were. A mean of equal elements is exactly what they
 * are, so that their deviations from it are 0 and not the rounding of the sum: std would have a
 * slope of the size of 1 there. */
struct reduction {
    bool mean;                              /* it is the mean */
    bool centred;                           /* the mean is subtracted from the elements first */
    elementwise *term;                      /* of one operand; NULL: the element itself */
    bool chooses;                           /* one is kept, as the operation keeps one of two */
    double start;                           /* the value of no elements */
    double (*finish)(double all, double n); /* NULL: as it is */
    /* The slopes as above, by the elements x of which y was made: `more` is the mean if they are
     * centred, and how many elements equal y if one is chosen; length is how many there were. NULL:
     * 0 everywhere. */
    void (*slope)(size_t n, double *restrict d, const double *g, const double *y, const double *x,
                  const double *more, double length);
};

struct operation {
    struct entry entry;
    const char *usage; /* how a function is written: "max(a) or max(a, b)"; NULL of an operator */
    /* of[k]: as an elementwise operation of k operands; NULL: it is none. */
    elementwise *of[OPERANDS + 1];
    /* by[k][j]: the slopes of of[k] by its operand j; NULL: 0 everywhere. */
    slope_by *by[OPERANDS + 1][OPERANDS];
    /* As an operation of one operand that takes axis=; NULL: it is none. */
    const struct reduction *reduction;
    bool transposes; /* of one operand: its axes in reverse order */
    /* How many operands it takes when it is no operation on values: whoever knows the names
     * (names.h) is asked for the whole call. 0: it is one. */
    uint32_t asks;
    uint32_t asks_least; /* the operands behind so many may be left out; 0: none may */
};

/* Defines the elementwise operation `name`, whose value for each i is `value`. */
#define EACH(name, value)                                                                          \
    FOR_ALL_LEVELS static void name(size_t n, double *a, const double *b, const double *c)         \
    {                                                                                              \
        (void)b;                                                                                   \
        (void)c;                                                                                   \
        for (size_t i = 0; i < n; i++)                                                             \
            a[i] = value;                                                                          \
    }

/* Defines the slopes `name` of an elementwise operation: `slope` for each i. */
#define SLOPE(name, slope)                                                                         \
    FOR_ALL_LEVELS static void name(size_t n, double *restrict d, const double *g,                 \
                                    const double *y, const double *a, const double *b,             \
                                    const double *c)                                               \
    {                                                                                              \
        (void)y;                                                                                   \
        (void)a;                                                                                   \
        (void)b;                                                                                   \
        (void)c;                                                                                   \
        for (size_t i = 0; i < n; i++) {                                                           \
            const double product_ = g[i] * (slope);                                                \
            d[i] = g[i] != 0 ? product_ : 0;                                                       \
        }                                                                                          \
    }

/* The same for a reduction. */
#define SLOPE_OF_ALL(name, slope)                                                                  \
    FOR_ALL_LEVELS static void name(size_t n, double *restrict d, const double *g,                 \
                                    const double *y, const double *x, const double *more,          \
                                    double length)                                                 \
    {                                                                                              \
        (void)y;                                                                                   \
        (void)x;                                                                                   \
        (void)more;                                                                                \
        (void)length;                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            const double product_ = g[i] * (slope);                                                \
            d[i] = g[i] != 0 ? product_ : 0;                                                       \
        }                                                                                          \
    }

#endif
