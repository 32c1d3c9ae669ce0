/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/tape_value.h"

#include "expr/tape_reduce.h"
#include "expr/tape_transpose.h"

#include <string.h>

void spot_shape(const struct tape_step *s, const struct spot *spot, struct spot *y)
{
    *y = (struct spot){.length = 1};
    for (uint32_t k = 0; k < s->operands; k++)
        dims_broadcast(&y->dims, &spot[s->operand[k]].dims, &y->dims);
    if (s->kind == TAPE_TRANSPOSE)
        dims_reverse(&y->dims);
    if (s->kind == TAPE_REDUCTION)
        y->length = (double)dims_reduce(s, &y->dims);
    y->count = dims_count(&y->dims);
}

const double *operand_tile(const struct workspace *w, uint32_t operand, const struct spot *to,
                           size_t at, size_t n, double *tile)
{
    struct spot *from = &w->spot[operand];
    if (w->tape->step[operand].kind == TAPE_ELEMENTS && w->tape->step[operand].full)
        return from->value;
    if (!from->reals || from->count != to->count)
        return tile_of(to, from, from->value, at, n, tile);
    if (from->tile != at)
        tile_read(from, at, n, from->value);
    from->tile = at;
    return from->value;
}

/* The values [at, at + n) of an elementwise step. */
static void compute_elements(const struct workspace *w, uint32_t step, size_t at, size_t n,
                             double *to)
{
    double tile[OPERANDS][TILE];
    const struct tape_step *s = &w->tape->step[step];
    const double *x[OPERANDS] = {NULL};
    for (uint32_t k = 0; k < s->operands; k++)
        x[k] = operand_tile(w, s->operand[k], &w->spot[step], at, n, tile[k]);
    if (x[0] != to)
        memcpy(to, x[0], n * sizeof *to);
    s->op->of[s->operands](n, to, x[1], x[2]);
}

void sweep_tile(const struct workspace *w, uint32_t taker, size_t at, size_t n)
{
    const struct tape *t = w->tape;
    uint32_t i = taker == t->steps ? t->sweep : t->step[taker].sweep;
    for (; i; i = t->step[i].next)
        if (t->step[i].full)
            compute_elements(w, i, at, n, w->spot[i].value);
}

void tape_compute(const struct workspace *w, uint32_t step)
{
    const struct spot *y = &w->spot[step];
    if (w->tape->step[step].kind == TAPE_REDUCTION) {
        tape_reduce(w, step);
        return;
    }
    if (w->tape->step[step].kind == TAPE_TRANSPOSE)
        tape_transpose(w, step);
    if (w->tape->step[step].kind != TAPE_ELEMENTS)
        return;
    for (size_t at = 0; at < y->count && !stop_asked(w->stop); at += TILE) {
        const size_t n = tile_size(y->count - at);
        sweep_tile(w, step, at, n);
        compute_elements(w, step, at, n, y->value + at);
    }
}
