/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a formula: a flat tape of operations, each behind its operands. The first is x. */
#ifndef NNR_EXPR_TAPE_H
#define NNR_EXPR_TAPE_H

#include "expr/formula.h"
#include "expr/ops.h"

enum tape_kind { TAPE_X, TAPE_NUMBER, TAPE_PARAMETER, TAPE_ELEMENTS, TAPE_REDUCTION };

struct tape_step {
    enum tape_kind kind;
    const struct operation *op;
    uint32_t operand[OPERANDS], operands; /* numbers of earlier steps */
    bool wants[OPERANDS]; /* a gradient flows to that operand: it depends on x, with a slope */
    bool single;          /* a single number, whatever the shape of x */
    bool moves;           /* depends on x */
    bool reached;         /* a gradient flows here */
    bool along;           /* reduces one axis, not all */
    int axis;             /* that one; negative: from the end */
    double number;
    size_t parameter;
    struct span where;
};

struct formula {
    struct tape_step *step;
    size_t steps, room;
    bool has_x;
};

/* What a step has in a block. */
struct spot {
    struct extents extents;
    size_t count;
    double length; /* of a reduction: elements that become one */
    double *value; /* `count` doubles */
    double *more;  /* of a reduction, NULL if it needs none: means, or how many were chosen */
    double *slope; /* d(formula)/d(value), of a step that is reached */
    bool fresh;    /* no gradient was written to `slope` yet */
};

/* How far a pass goes at once: a part that stays in the nearest cache. */
enum { TILE = 256 };

/* A block begins with this; the spots and all arrays follow. */
struct block {
    double value; /* of the formula */
    struct spot *spot;
};

static inline bool needs_more(const struct tape_step *s)
{
    return s->kind == TAPE_REDUCTION &&
           (s->op->reduction->centred || (s->reached && s->op->reduction->choose));
}

/* The values [at, at + n) of `from`, stretched to the shape of `to`, whose places they are: where
 * they stand, or in `tile`. */
const double *tile_of(const struct spot *to, const struct spot *from, const double *values,
                      size_t at, size_t n, double *tile);
/* Adds the values [at, at + n) of a tensor like `from` to the elements of `sums` that stretch to
 * them, which are like `to`. */
void tile_add(const struct spot *from, size_t at, size_t n, const double *tile,
              const struct spot *to, double *sums);
double tile_sum(const double *x, size_t n);

#endif
