/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values that are handled a tile at a time, and broadcast as they are read. */
#ifndef NNR_EXPR_TILE_H
#define NNR_EXPR_TILE_H

#include "expr/ops.h"

/* How far a pass goes at once: a part that stays in the nearest cache. */
enum { TILE = 256 };
#define NO_TILE SIZE_MAX

/* What a step of a tape has where it is computed. */
struct spot {
    struct dims dims;
    size_t count;
    double length; /* of a reduction: elements that become one */
    double *value; /* `count` doubles; of a full step or a tensor's leaf a tile */
    double *more;  /* of a reduction, NULL if it needs none: means, how many were chosen, or of a
                    * mean what all elements are, NaN where they differ */
    double *lost;  /* of a reduction, NULL if it sums plainly: the rounding errors of its sums */
    double *grad;  /* d(formula)/d(value), of a step that is reached; of a full step a tile */
    const real *reals; /* of a tensor's leaf: all its values */
    size_t tile;       /* of such a leaf: the place whose tile is in `value`, or NO_TILE */
};

static inline size_t tile_size(size_t left)
{
    return left < TILE ? left : TILE;
}

/* The values [at, at + n) of a tensor's leaf, or of a step that is held. */
void tile_read(const struct spot *from, size_t at, size_t n, double *to);
/* The values [at, at + n) of `from`, a tensor's leaf or held, broadcast to the shape of `to`, whose
 * places they are: where they stand, or in `tile`. `values` are those that are meant: from->value
 * or another of its arrays, which has `count` doubles; a leaf's are its reals. */
const double *tile_of(const struct spot *to, const struct spot *from, const double *values,
                      size_t at, size_t n, double *tile);
/* Adds the values [at, at + n) of a tensor like `from` to the elements of `sums` that are broadcast
 * to them, which are like `to`. */
void tile_add(const struct spot *from, size_t at, size_t n, const double *tile,
              const struct spot *to, double *sums);
double tile_sum(const double *x, size_t n);
void tile_fill(double value, size_t n, double *to);

#endif
