/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What names in expressions stand for, as the caller knows it. */
#ifndef NNR_EXPR_NAMES_H
#define NNR_EXPR_NAMES_H

#include "base/stop.h"
#include "expr/tensor.h"
#include "lang/ast.h"

/* What a name stands for. */
struct leaf {
    struct dims dims;
    bool batch;        /* axis 0 counts samples */
    double number;     /* of a single number */
    const real *reals; /* of a tensor, row-major; borrowed until the evaluation ends */
};

struct names {
    void *self;
    /* Looks up a path, or the call of a function that asks (ops.h). With `values` false only
     * leaf->dims is needed. 0, or -1 and *e. An evaluation asks for all dims first, and only when
     * all shapes fit for the values, once a path; the dims must be the same both times. An error
     * without a place gets the path's. */
    int (*find)(void *self, const struct node *path, bool values, struct leaf *leaf, struct err *e);
    const struct stop *stop; /* looked at while it computes; NULL: nothing ends it early */
};

#endif
