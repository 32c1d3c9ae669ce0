/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions over named tensors and numbers: `mean(abs(hidden.output)) < 5`. The tree comes from
 * lang; what a name stands for is asked of the caller. All arithmetic is in double. */
#ifndef NNR_EXPR_EXPR_H
#define NNR_EXPR_EXPR_H

#include "expr/functions.h"
#include "expr/names.h"
#include "expr/operators.h"

/* Checks names and shapes without computing anything; *x becomes the result's. */
int expr_check(const struct node *n, const struct names *names, struct dims *x, struct err *e);
/* The same for an expression that must be a single number: axes is 0, however few elements a tensor
 * may have. */
int expr_check_number(const struct node *n, const struct names *names, struct err *e);

/* Computes the value. *to is empty before; the caller finishes it. */
int expr_eval(const struct node *n, const struct names *names, struct tensor *to, struct err *e);
/* The value of an expression that must be a single number. */
int expr_number(const struct node *n, const struct names *names, double *to, struct err *e);

/* An expression that is a single number, compiled once for the shapes that its names have and
 * computed often. The tree and what `names` leads to outlive it. */
struct expression;
/* NULL: *e. */
struct expression *expression_create(const struct node *n, const struct names *names,
                                     struct err *e);
void expression_destroy(struct expression *x);
/* Its value now, asked of the same or other names of those shapes. */
int expression_number(struct expression *x, const struct names *names, double *to, struct err *e);

#endif
