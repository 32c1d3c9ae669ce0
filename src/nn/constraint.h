/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Constraints: what a weight tensor is brought back to after each step that moved it. */
#ifndef NNR_NN_CONSTRAINT_H
#define NNR_NN_CONSTRAINT_H

#include "base/entry.h"
#include "num/real.h"

struct constraint_kind {
    struct entry entry;
    /* Changes w[count of shape] in place; NULL: leaves it. */
    void (*apply)(const struct args *self, const struct shape *shape, real *w);
};
extern const struct table constraint_kinds;

/* Whether the constraint suits a tensor: its axis is one of the tensor's, its numbers suit each
 * other. */
int constraint_check(const struct args *self, const struct shape *shape, struct err *e);
/* Finite weights stay finite, and a unit whose weights are all 0 keeps them. */
void constraint_apply(const struct args *self, const struct shape *shape, real *w);

#define CONSTRAINT(called, what)                                                                   \
    {                                                                                              \
        .name = called, .form = KEY, .type = ARG_CALL, .of = &constraint_kinds,                    \
        .standard = "none", .line = what                                                           \
    }

#endif
