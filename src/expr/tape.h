/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a formula: a flat tape of operations, each behind its operands. The first is x.
 *
 * A step that has the shape of x, element by element, is `full`. Full steps hold one tile of values
 * only. They are computed in sweeps over the tiles: the full steps that a reduction (or the end of
 * the formula) takes in, up to x or another reduction's result, are one sweep, computed tile by
 * tile as the reduction gathers them, and once more as its gradient goes back. The other steps are
 * held whole; they are smaller. */
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
    bool full;
    uint32_t first, last; /* the axes of size 1: bit i is the i-th from the first, from the last */
    uint32_t
        taker;  /* of a full step but x: the reduction that takes it in, or the number of steps */
    bool along; /* reduces one axis, not all */
    int axis;   /* that one; negative: from the end */
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
    double *value; /* `count` doubles; of a full step a tile */
    double *more;  /* of a reduction, NULL if it needs none: means, how many were chosen, or of a
                    * mean  what all elements are, NaN where they differ */
    double *slope; /* d(formula)/d(value), of a step that is reached; of a full step a tile */
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
    return s->kind == TAPE_REDUCTION && (s->op->reduction->mean || s->op->reduction->centred ||
                                         (s->reached && s->op->reduction->choose));
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

/* Computes the tile [at, at + n) of the sweep of `taker`, x included. */
void sweep_tile(const struct formula *f, struct spot *spot, uint32_t taker, const real *x,
                size_t at, size_t n);
/* The tile of a step that is an operand of one with the places of `to`: where it stands, after
 * sweep_tile if it is full, or stretched in `tile`. */
const double *operand_tile(const struct formula *f, const struct spot *spot, uint32_t operand,
                           const struct spot *to, size_t at, size_t n, double *tile);

#endif
