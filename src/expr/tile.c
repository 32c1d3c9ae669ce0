/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/tile.h"

#include "expr/walk.h"

#include <string.h>

FOR_ALL_LEVELS double tile_sum(const double *x, size_t n)
{
    enum { LANES = 8 };
    double lane[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            lane[k] += x[i + k];
    for (; i < n; i++)
        sum += x[i];
    for (size_t k = 0; k < LANES; k++)
        sum += lane[k];
    return sum;
}

FOR_ALL_LEVELS void tile_fill(double value, size_t n, double *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = value;
}

FOR_ALL_LEVELS static void widen_reals(const real *x, size_t n, double *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (double)x[i];
}

void tile_read(const struct spot *from, size_t at, size_t n, double *to)
{
    if (from->reals)
        widen_reals(from->reals + at, n, to);
    else
        memcpy(to, from->value + at, n * sizeof *to);
}

const double *tile_of(const struct spot *to, const struct spot *from, const double *values,
                      size_t at, size_t n, double *tile)
{
    if (from->count == to->count && !from->reals)
        return values + at;
    if (from->count == 1) {
        tile_fill(from->reals ? (double)from->reals[0] : values[0], n, tile);
        return tile;
    }
    struct walk w = walk_start(&to->dims, &from->dims, at);
    const uint32_t last = to->dims.axes - 1;
    for (size_t done = 0, run; done < n; done += run) {
        run = walk_run(&w, &to->dims, n - done);
        if (!w.stride[last])
            tile_fill(from->reals ? (double)from->reals[w.from] : values[w.from], run, tile + done);
        else if (from->reals)
            widen_reals(from->reals + w.from, run, tile + done);
        else
            memcpy(tile + done, values + w.from, run * sizeof *tile);
        walk_on(&w, &to->dims, run);
    }
    return tile;
}

FOR_ALL_LEVELS static void add_to(double *sums, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        sums[i] += x[i];
}

void tile_add(const struct spot *from, size_t at, size_t n, const double *tile,
              const struct spot *to, double *sums)
{
    if (from->count == to->count) {
        add_to(sums + at, tile, n);
        return;
    }
    if (to->count == 1) {
        sums[0] += tile_sum(tile, n);
        return;
    }
    struct walk w = walk_start(&from->dims, &to->dims, at);
    const uint32_t last = from->dims.axes - 1;
    for (size_t done = 0, run; done < n; done += run) {
        run = walk_run(&w, &from->dims, n - done);
        if (w.stride[last])
            add_to(sums + w.from, tile + done, run);
        else
            sums[w.from] += tile_sum(tile + done, run);
        walk_on(&w, &from->dims, run);
    }
}
