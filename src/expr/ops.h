/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can stand in an expression, one row each: operators and functions, with how their values
 * are computed. A row is all that is known of an operation; shapes and blocks are plan.c's and
 * expr.c's. */
#ifndef NNR_EXPR_OPS_H
#define NNR_EXPR_OPS_H

#include "expr/expr.h"

enum { OPERANDS = 3 };

/* a[i] becomes the value of a[i], b[i], c[i], for i < n. An operation of one operand gets NULL for
 * b and c, one of two gets NULL for c. */
typedef void elementwise(size_t n, double *a, const double *b, const double *c);

/* Many elements to one: the terms of the elements are summed (or one of them is chosen), and the
 * value is made of that and of how many there were. */
struct reduction {
    bool centred;                           /* the mean is subtracted from the elements first */
    elementwise *term;                      /* of one operand; NULL: the element itself */
    double (*choose)(double a, double b);   /* which of two is kept; NULL: they are summed */
    double start;                           /* the value of no elements */
    double (*finish)(double all, double n); /* NULL: as it is */
};

struct operation {
    struct entry entry;
    const char *usage; /* how a function is written: "max(a) or max(a, b)"; NULL of an operator */
    /* of[k]: as an elementwise operation of k operands; NULL: it is none. */
    elementwise *of[OPERANDS + 1];
    /* As an operation of one operand that takes axis=; NULL: it is none. */
    const struct reduction *reduction;
};

/* Defines the elementwise operation `name`, whose value for each i is `value`. */
#define EACH(name, value)                                                                          \
    static void name(size_t n, double *a, const double *b, const double *c)                        \
    {                                                                                              \
        (void)b;                                                                                   \
        (void)c;                                                                                   \
        for (size_t i = 0; i < n; i++)                                                             \
            a[i] = value;                                                                          \
    }

/* The row of an operator of the language. */
const struct operation *operation_of(enum op op);

#endif
