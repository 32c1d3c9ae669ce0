/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An expression made ready for computing: a tree of steps whose operations are known and whose
 * shapes fit. Everything about names and shapes that can be wrong is found while it is made. */
#ifndef NNR_EXPR_PLAN_H
#define NNR_EXPR_PLAN_H

#include "expr/ops.h"

struct step {
    const struct node *node;    /* where it stands in the expression */
    const struct operation *op; /* NULL: a number or a name */
    struct step *operand[OPERANDS];
    uint32_t operands;
    struct extents extents;
    size_t count; /* elements */
    const struct stop *stop;

    bool reduces; /* op->reduction is meant: row-major outer x length x inner to outer x inner */
    size_t length, inner;

    struct step *next;     /* of a name that has its values: another one that has */
    double number;         /* of a single number */
    const real *reals;     /* all values, or NULL: borrowed, of a name that is a tensor */
    const double *doubles; /* all values, or NULL: &number, or own */
    double *own;           /* mem_block: all values, computed */
    double *block;         /* mem_block: room for a part of the values */
};

/* Makes the steps of `n` in `arena`, without values. NULL: *e says what is wrong. */
struct step *plan_make(struct arena *arena, const struct node *n, const struct names *names,
                       struct err *e);

#endif
