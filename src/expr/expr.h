/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions over named tensors and numbers: `mean(abs(hidden.output)) < 5`. The tree comes from
 * lang; what a name stands for is asked of the caller. All arithmetic is in double. */
#ifndef NNR_EXPR_EXPR_H
#define NNR_EXPR_EXPR_H

#include "base/stop.h"
#include "lang/ast.h"
#include "num/real.h"

enum { TENSOR_AXES = SHAPE_MOST + 1 }; /* the batch is axis 0 of an activity */

struct extents {
    uint32_t axes; /* 0: a single number */
    size_t size[TENSOR_AXES];
};

/* What a name stands for. */
struct leaf {
    struct extents extents;
    double number;     /* of a single number */
    const real *reals; /* of a tensor, row-major; borrowed until the evaluation ends */
};

struct names {
    void *self;
    /* Looks up a path. With `values` false only leaf->extents is needed. 0, or -1 and *e. An
     * evaluation asks for all extents first, and only when all shapes fit for the values, once a
     * path; the extents must be the same both times. An error without a place gets the path's. */
    int (*find)(void *self, const struct node *path, bool values, struct leaf *leaf, struct err *e);
    const struct stop *stop; /* looked at while it computes; NULL: nothing ends it early */
};

/* A result. Zeroed memory is a valid empty one. */
struct tensor {
    struct extents extents;
    double *item; /* mem_block; one item for a single number */
};
size_t extents_count(const struct extents *x);
bool extents_same(const struct extents *a, const struct extents *b);
/* Writes `10x100` into `text`, which has room for `room` bytes; `1` for a single number. */
const char *extents_text(const struct extents *x, char *text, size_t room);
void tensor_finish(struct tensor *t);

/* Checks names and shapes without computing anything; *x becomes the result's. */
int expr_check(const struct node *n, const struct names *names, struct extents *x, struct err *e);
/* The same for an expression that must be a single number: axes is 0, however few elements a tensor
 * may have. */
int expr_check_number(const struct node *n, const struct names *names, struct err *e);

/* Computes the value. *to is empty before; the caller finishes it. */
int expr_eval(const struct node *n, const struct names *names, struct tensor *to, struct err *e);
/* The value of an expression that must be a single number. */
int expr_number(const struct node *n, const struct names *names, double *to, struct err *e);

/* The functions (sum, mean, abs ...): rows for help, completion and did-you-mean. */
extern const struct table functions;
/* The operators (or and not < ... ^), for help; `-` and `+` are one row each, signs included. */
extern const struct table operators;

#endif
