/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas with gradients: an expression of one tensor `x` and of named numbers, compiled once and
 * computed again and again, with its gradient with respect to x. What gives a tensor is summed.
 * The tape holds no values: those stand in a block of doubles that the caller provides, so one tape
 * serves any number of places, and computing allocates nothing. What is as large as x is never held
 * as a whole: it is made a tile at a time, and again for the gradient. All arithmetic is in double;
 * the operations, and the slopes they have where there is a choice, are those of expr/ops.h.
 *
 * The gradient goes through the tape from its end to x (reverse accumulation; Griewank and Walther,
 * "Evaluating Derivatives", 2008, chapter 3). */
#ifndef NNR_EXPR_FORMULA_H
#define NNR_EXPR_FORMULA_H

#include "expr/tensor.h"
#include "lang/ast.h"

struct formula;

/* Compiles a tree. Every name in it must be x or one of the parameters. Nothing of the tree is kept
 * but spans. NULL: *e says what is wrong; the caller destroys the result. */
struct formula *formula_make(const struct node *n, const char *const *parameter, size_t parameters,
                             struct err *e);
void formula_destroy(struct formula *f);
/* Whether x stands anywhere in it. */
bool formula_has_x(const struct formula *f);

/* Whether it can be applied to a tensor of so many axes; else *axis is the one it names and that is
 * missing (negative: counted from the end). */
bool formula_fits(const struct formula *f, uint32_t axes, int *axis);
/* Whether, of a tensor of so many axes, it reduces one of the first few alone. */
bool formula_goes_along(const struct formula *f, uint32_t axes, uint32_t first);
/* How many doubles the block of formula_value needs for tensors of `x`, and for those that are
 * smaller along axis 0. */
size_t formula_room(const struct formula *f, const struct dims *x);

/* The value at `at`, row-major of `x`, which fits; parameter[i] is the value of the i-th parameter.
 * The block then holds what the gradient needs, and begins with the value. */
double formula_value(const struct formula *f, const struct dims *x, const double *parameter,
                     const real *at, double *block);
/* dx (+)= scale * d(formula)/dx at the same x, where formula_value computed the block last; a scale
 * of 0 gives 0. May be asked for several times. */
void formula_grad(const struct formula *f, double *block, double scale, const real *x, real *dx,
                  bool add);

#endif
