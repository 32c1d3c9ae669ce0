/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas of several tensors, with a gradient by each of them; the value is a single number. As
 * with formulas of x (formula.h), the tape holds no values: those stand in a block of doubles that
 * the caller provides, and computing allocates nothing. The shapes are known when the formula is
 * made, but for how many samples there are: where that is open, axis 0 has the size DIMS_BATCH, and
 * what fits then fits any number of samples. */
#ifndef NNR_EXPR_JOINT_H
#define NNR_EXPR_JOINT_H

#include "expr/names.h"

struct joint;

/* One of the tensors, as the formula names it. */
struct joint_tensor {
    const char *path;
    struct dims dims;
};

/* Whether a tree is such a formula of what `names` knows: it must be a single number and name a
 * tensor. Where samples and steps are gathered in one axis, `gathered` axes of what has samples may
 * not be reduced by themselves, nor turned; else it is 0. 0, or -1 and *e. */
int joint_check(const struct node *n, const struct names *names, size_t gathered, struct err *e);
/* Compiles a text that joint_check has found right; each name in it is the path of a tensor or
 * means the number of samples. NULL: *e (memory). */
struct joint *joint_read(const char *text, const struct joint_tensor *tensor, size_t tensors,
                         struct err *e);
void joint_destroy(struct joint *f);
/* How many doubles the block needs for so many samples and for fewer. */
size_t joint_room(const struct joint *f, size_t samples);
/* The value: at[i] are the elements of the i-th tensor, and `batch` is what the number of samples
 * counts as. The block then holds what the gradient needs, and begins with the value. */
double joint_value(const struct joint *f, size_t samples, double batch, const real *const *at,
                   double *block);
/* Computes the gradient by all tensors where joint_value computed the block last; and then hands
 * that of one over: d (+)= scale * d(value)/d(tensor). */
void joint_grad(const struct joint *f, double *block);
void joint_grad_of(const struct joint *f, const double *block, size_t tensor, double scale, real *d,
                   bool add);

#endif
