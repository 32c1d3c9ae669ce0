/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Computes steps. Values flow through them a block at a time, so that a chain of elementwise
 * operations needs no memory of the tensors' size. Only what cannot flow is held as a whole:
 * results of reductions, and operands that stretch to a larger shape. When the names' stop asks for
 * it, loops end early, and what they made means nothing: whoever began it looks at it afterwards.
 */
#ifndef NNR_EXPR_FLOW_H
#define NNR_EXPR_FLOW_H

#include "expr/plan.h"

enum { BLOCK = 1024 };

bool step_has_values(const struct step *s);
/* Computes what must be there before the values of `s` can flow: 0, or -1 and *e. The names below
 * it have their values. */
int step_prepare(struct step *s, struct err *e);
/* The values [at, at + n) of a prepared step, n at most BLOCK. */
void step_fill(const struct step *s, size_t at, size_t n, double *to);
/* Computes all values of a prepared step into s->own: 0, or -1 and *e. */
int step_hold(struct step *s, struct err *e);
/* The same for a reduction, whose operand is prepared and has a block. */
int step_reduce(struct step *s, struct err *e);
/* Frees all that the step, or those below it, hold. */
void step_release(struct step *s);
void step_release_operands(struct step *s);

#endif
