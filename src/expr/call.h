/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an operation in a tree is applied to: everything about it that can be known without shapes.
 */
#ifndef NNR_EXPR_CALL_H
#define NNR_EXPR_CALL_H

#include "expr/ops.h"
#include "lang/ast.h"

struct application {
    const struct operation *op;
    const struct node *operand[OPERANDS];
    uint32_t operands;
    bool reduces;                /* op->reduction is meant */
    const struct call_arg *axis; /* of a reduction, or NULL: all axes */
};

/* Reads a NODE_CALL, NODE_UNARY or NODE_BINARY: 0, or -1 and *e. */
int application_read(const struct node *n, struct application *to, struct err *e);
/* The number written behind axis=, which must be whole. `x`, what it is an axis of, is for the
 * hint; NULL: not known. */
int axis_number(const struct node *value, const struct dims *x, double *number, struct err *e);
/* The axis of `x` that a number means, counted from the end when it is negative. */
int axis_find(double number, struct span where, const struct dims *x, uint32_t *axis,
              struct err *e);
/* The error that a tree which is no number, name or operation has no value. Returns -1. */
int no_value(const struct node *n, struct err *e);

#endif
