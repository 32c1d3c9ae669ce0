/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tensors with their axes in reverse order: what is made flows by in tiles, in the order of what it
 * is made of. */
#include "expr/tape_transpose.h"

#include "expr/tape_value.h"
#include "expr/walk.h"

/* The walk over `x`, from its place number `place`, beside the same tensor in reverse order. */
static struct walk walk_reversed(const struct dims *x, size_t place)
{
    struct walk w = {0};
    size_t stride = 1;
    for (uint32_t i = 0; i < x->axes; i++) {
        w.stride[i] = stride;
        stride *= x->size[i];
    }
    for (uint32_t i = x->axes; i-- > 0;) {
        w.at[i] = place % x->size[i];
        w.from += w.at[i] * w.stride[i];
        place /= x->size[i];
    }
    return w;
}

void tape_transpose(const struct workspace *w, uint32_t step)
{
    double tile[TILE];
    const uint32_t operand = w->tape->step[step].operand[0];
    const struct spot *from = &w->spot[operand], *y = &w->spot[step];
    const uint32_t last = from->dims.axes - 1;
    for (size_t at = 0; at < from->count && !stop_asked(w->stop); at += TILE) {
        const size_t n = tile_size(from->count - at);
        sweep_tile(w, step, at, n);
        const double *x = operand_tile(w, operand, from, at, n, tile);
        struct walk k = walk_reversed(&from->dims, at);
        for (size_t done = 0, run; done < n; done += run) {
            run = walk_run(&k, &from->dims, n - done);
            for (size_t i = 0; i < run; i++)
                y->value[k.from + i * k.stride[last]] = x[done + i];
            walk_on(&k, &from->dims, run);
        }
    }
}

void transpose_tile(const struct spot *from, size_t at, size_t n, const double *reversed,
                    double *to)
{
    const uint32_t last = from->dims.axes - 1;
    struct walk k = walk_reversed(&from->dims, at);
    for (size_t done = 0, run; done < n; done += run) {
        run = walk_run(&k, &from->dims, n - done);
        for (size_t i = 0; i < run; i++)
            to[done + i] = reversed[k.from + i * k.stride[last]];
        walk_on(&k, &from->dims, run);
    }
}
