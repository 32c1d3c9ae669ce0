/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Constraints: what a weight tensor is brought back to after each step that moved it. */
#ifndef NNR_NN_CONSTRAINT_H
#define NNR_NN_CONSTRAINT_H

#include "base/entry.h"
#include "num/real.h"

struct constraint_kind {
    struct entry entry;
    /* Changes w[count of shape] in place; NULL: leaves it. */
    void (*apply)(const struct args *self, const struct shape *shape, real *w, double *room);
    size_t (*room)(const struct shape *shape); /* doubles that it works in; NULL: none */
};
extern const struct table constraint_kinds;

/* Whether the constraint suits a tensor: its axes are the tensor's, its numbers suit each
 * other. */
int constraint_check(const struct args *self, const struct shape *shape, struct err *e);
/* How many doubles constraint_apply has to be given. */
size_t constraint_room(const struct args *self, const struct shape *shape);
/* Finite weights stay finite, and a unit whose weights are all 0 keeps them. */
void constraint_apply(const struct args *self, const struct shape *shape, real *w, double *room);

#define CONSTRAINT(called, what)                                                                   \
    {                                                                                              \
        .name = called, .form = KEY, .type = ARG_CALL, .of = &constraint_kinds,                    \
        .standard = "none", .line = what                                                           \
    }

#endif
