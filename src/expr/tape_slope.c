/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of a tape: from the last step to x. */
#include "expr/tape.h"

#include <string.h>

/* Writes or adds the values [at, at + n) of a tensor like `from` to the gradient of `to`. The tiles
 * of a step come in order, so the first of them finds `to` fresh and the others do not: `first` is
 * how it was before. */
static void send(const struct spot *from, size_t at, size_t n, const double *tile, bool first,
                 struct spot *to)
{
    if (first && from->count == to->count) {
        memcpy(to->slope + at, tile, n * sizeof *tile);
        return;
    }
    if (first && at == 0)
        memset(to->slope, 0, to->count * sizeof *to->slope);
    tile_add(from, at, n, tile, to, to->slope);
}

static void slope_elements(const struct tape_step *s, const struct spot *y, struct spot *spot,
                           uint32_t operand)
{
    double tile[OPERANDS][TILE], d[TILE];
    struct spot *to = &spot[s->operand[operand]];
    const bool first = to->fresh;
    to->fresh = false;
    for (size_t at = 0; at < y->count; at += TILE) {
        const size_t n = y->count - at < TILE ? y->count - at : TILE;
        const double *x[OPERANDS] = {NULL};
        for (uint32_t k = 0; k < s->operands; k++) {
            const struct spot *from = &spot[s->operand[k]];
            x[k] = tile_of(y, from, from->value, at, n, tile[k]);
        }
        s->op->by[s->operands][operand](n, d, y->slope + at, y->value + at, x[0], x[1], x[2]);
        send(y, at, n, d, first, to);
    }
}

/* How many elements of x equal the one that was chosen. */
static void count_chosen(const struct spot *x, const struct spot *y)
{
    double tile[TILE], same[TILE];
    memset(y->more, 0, y->count * sizeof *y->more);
    for (size_t at = 0; at < x->count; at += TILE) {
        const size_t n = x->count - at < TILE ? x->count - at : TILE;
        const double *v = tile_of(x, y, y->value, at, n, tile);
        for (size_t i = 0; i < n; i++)
            same[i] = x->value[at + i] == v[i];
        tile_add(x, at, n, same, y, y->more);
    }
}

static void slope_reduction(const struct tape_step *s, const struct spot *y, struct spot *x)
{
    const struct reduction *r = s->op->reduction;
    double g_tile[TILE], y_tile[TILE], more_tile[TILE], d[TILE];
    const bool first = x->fresh;
    x->fresh = false;
    if (r->choose)
        count_chosen(x, y);
    for (size_t at = 0; at < x->count; at += TILE) {
        const size_t n = x->count - at < TILE ? x->count - at : TILE;
        const double *g = tile_of(x, y, y->slope, at, n, g_tile);
        const double *v = tile_of(x, y, y->value, at, n, y_tile);
        const double *more = y->more ? tile_of(x, y, y->more, at, n, more_tile) : NULL;
        r->slope(n, d, g, v, x->value + at, more, y->length);
        send(x, at, n, d, first, x);
    }
}

static void slope_step(const struct tape_step *s, struct spot *y, struct spot *spot)
{
    if (s->kind == TAPE_REDUCTION && s->wants[0])
        slope_reduction(s, y, &spot[s->operand[0]]);
    else if (s->kind == TAPE_ELEMENTS)
        for (uint32_t k = 0; k < s->operands; k++)
            if (s->wants[k])
                slope_elements(s, y, spot, k);
}

static void hand_over(const struct spot *x, double scale, real *dx, bool add)
{
    const double *g = x->slope;
    if (add)
        for (size_t i = 0; i < x->count; i++)
            dx[i] += (real)(scale * g[i]);
    else
        for (size_t i = 0; i < x->count; i++)
            dx[i] = (real)(scale * g[i]);
}

void formula_gradient(const struct formula *f, double *block, double scale, real *dx, bool add)
{
    struct spot *spot = ((struct block *)(void *)block)->spot;
    struct spot *last = &spot[f->steps - 1];
    if (!f->step[0].reached || scale == 0) {
        if (!add)
            memset(dx, 0, spot[0].count * sizeof *dx);
        return;
    }
    for (size_t i = 0; i < f->steps; i++)
        spot[i].fresh = true;
    last->fresh = false;
    for (size_t i = 0; i < last->count; i++)
        last->slope[i] = 1;
    for (size_t i = f->steps; i-- > 0;)
        if (f->step[i].reached)
            slope_step(&f->step[i], &spot[i], spot);
    hand_over(&spot[0], scale, dx, add);
}
