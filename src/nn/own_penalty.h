/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalty that is nothing but its formula: what `define penalty` makes. */
#ifndef NNR_NN_OWN_PENALTY_H
#define NNR_NN_OWN_PENALTY_H

#include "expr/formula.h"
#include "nn/penalty.h"

enum { OWN_PARAMETERS_MOST = 16 };

/* A row of its own: args that were bound to kind.entry lead here. The entry's arguments are the
 * strength, the formula's parameters in their order, and reduce=. */
struct own_penalty {
    struct penalty_kind kind; /* first; its entry and formula are the owner's business */
    struct formula *tape;     /* of x and the parameters, without the strength */
    size_t parameters;        /* OWN_PARAMETERS_MOST at most */
};

/* The functions of the kind. The tape may follow later. */
void own_penalty_start(struct own_penalty *p);

#endif
