/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reductions: what they take in flows by in tiles and is gathered. */
#include "expr/tape_reduce.h"

#include "expr/tape_value.h"
#include "expr/walk.h"

#include <string.h>

/* Adds x to a sum and the rounding error made to what was lost (Neumaier, "Rundungsfehleranalyse
 * einiger Verfahren zur Summation endlicher Summen", ZAMM 54, 1974). */
static void add_exactly(double *sum, double *lost, double x)
{
    const double t = *sum + x;
    *lost += fabs(*sum) >= fabs(x) ? (*sum - t) + x : (x - t) + *sum;
    *sum = t;
}

static void add_all_exactly(double *sum, double *lost, const double *x, size_t n)
{
    double s = *sum, l = *lost;
    for (size_t i = 0; i < n; i++)
        add_exactly(&s, &l, x[i]);
    *sum = s;
    *lost = l;
}

/* The same as tile_add, but what is rounded off goes to to->lost. */
static void tile_add_exactly(const struct spot *from, size_t at, size_t n, const double *tile,
                             const struct spot *to)
{
    if (to->count == 1) {
        add_all_exactly(to->value, to->lost, tile, n);
        return;
    }
    struct walk w = walk_start(&from->dims, &to->dims, at);
    const uint32_t last = from->dims.axes - 1;
    for (size_t done = 0, run; done < n; done += run) {
        run = walk_run(&w, &from->dims, n - done);
        if (w.stride[last])
            for (size_t i = 0; i < run; i++)
                add_exactly(to->value + w.from + i, to->lost + w.from + i, tile[done + i]);
        else
            add_all_exactly(to->value + w.from, to->lost + w.from, tile + done, run);
        walk_on(&w, &from->dims, run);
    }
}

/* The one of n values that is kept; the values are lost. In their order, the first of equals is
 * kept: of 0 and -0 too. */
static double choose_one(elementwise *choose, double *x, size_t n, bool in_order)
{
    for (size_t i = 1; in_order && i < n; i++)
        choose(1, x, x + i, NULL);
    n = in_order ? 1 : n;
    while (n > 1) {
        const size_t half = n / 2;
        choose(half, x, x + n - half, NULL);
        n -= half;
    }
    return x[0];
}

/* The same as tile_add, but of two values one is chosen and kept; the tile is lost. */
static void tile_choose(const struct spot *from, size_t at, size_t n, double *tile,
                        const struct spot *to, elementwise *choose)
{
    double *best = to->value, one;
    if (from->count == to->count) {
        choose(n, best + at, tile, NULL);
        return;
    }
    if (to->count == 1) {
        one = choose_one(choose, tile, n, to->lost);
        choose(1, best, &one, NULL);
        return;
    }
    struct walk w = walk_start(&from->dims, &to->dims, at);
    const uint32_t last = from->dims.axes - 1;
    for (size_t done = 0, run; done < n; done += run) {
        run = walk_run(&w, &from->dims, n - done);
        if (w.stride[last]) {
            choose(run, best + w.from, tile + done, NULL);
        } else {
            one = choose_one(choose, tile + done, run, to->lost);
            choose(1, best + w.from, &one, NULL);
        }
        walk_on(&w, &from->dims, run);
    }
}

/* Compares n elements with what those before were; 0 <= `same`, NaN: they differ already. */
FOR_ALL_LEVELS static void compare_elements(size_t n, const double *x, double *same)
{
    for (size_t i = 0; i < n; i++)
        same[i] = x[i] == same[i] ? same[i] : NAN;
}

static double compare_all(const double *x, size_t n, double same)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != same)
            return NAN;
    return same;
}

/* A stretch of elements of `from` along its last axis, beside the results that they go to. */
static void compare_run(const struct walk *w, uint32_t last, bool first, size_t n, const double *x,
                        double *same)
{
    if (w->stride[last] && first)
        memcpy(same, x, n * sizeof *x);
    else if (w->stride[last])
        compare_elements(n, x, same);
    else
        *same = compare_all(x, n, first ? x[0] : *same);
}

/* Notes in same[] what all elements of `from` are that one of `to` is made of: the tile [at, at +
 * n), tile by tile. `axis` is the one that is reduced; -1: all. */
static void tile_compare(const struct spot *from, size_t at, size_t n, const double *tile,
                         const struct spot *to, int axis, double *same)
{
    if (from->count == to->count) {
        memcpy(same + at, tile, n * sizeof *tile);
        return;
    }
    if (axis < 0) {
        same[0] = compare_all(tile, n, at ? same[0] : tile[0]);
        return;
    }
    struct walk w = walk_start(&from->dims, &to->dims, at);
    const uint32_t last = from->dims.axes - 1;
    for (size_t done = 0, run; done < n; done += run) {
        run = walk_run(&w, &from->dims, n - done);
        compare_run(&w, last, w.at[axis] == 0, run, tile + done, same + w.from);
        walk_on(&w, &from->dims, run);
    }
}

static int reduced_axis(const struct tape_step *s, const struct spot *from)
{
    return !s->along ? -1 : s->axis < 0 ? s->axis + (int)from->dims.axes : s->axis;
}

/* Puts what was lost back. Where the sum is infinite or NaN, so are the errors, and add nothing. */
static void add_lost(const struct spot *y)
{
    for (size_t i = 0; y->lost && i < y->count; i++)
        y->value[i] += isfinite(y->value[i]) ? y->lost[i] : 0;
}

static void start_gathering(const struct reduction *r, const struct spot *y)
{
    tile_fill(r->start, y->count, y->value);
    if (y->lost)
        tile_fill(0, y->count, y->lost);
    if (r->mean)
        tile_fill(NAN, y->count, y->more);
}

/* Gathers the terms of all elements in the reduction's value. */
static void gather_terms(const struct workspace *w, uint32_t step, const struct reduction *r)
{
    double tile[TILE], mean[TILE];
    const struct tape_step *s = &w->tape->step[step];
    const uint32_t operand = s->operand[0];
    const struct spot *from = &w->spot[operand], *y = &w->spot[step];
    start_gathering(r, y);
    for (size_t at = 0; at < from->count && !stop_asked(w->stop); at += TILE) {
        const size_t n = tile_size(from->count - at);
        sweep_tile(w, step, at, n);
        const double *v = operand_tile(w, operand, from, at, n, tile);
        if (r->mean)
            tile_compare(from, at, n, v, y, reduced_axis(s, from), y->more);
        if (r->chooses || r->term)
            v = memcpy(tile, v, n * sizeof *tile);
        if (r->centred) {
            const double *m = tile_of(from, y, y->more, at, n, mean);
            for (size_t i = 0; i < n; i++)
                tile[i] -= m[i];
        }
        if (r->term)
            r->term(n, tile, NULL, NULL);
        if (r->chooses)
            tile_choose(from, at, n, tile, y, s->op->of[2]);
        else if (y->lost)
            tile_add_exactly(from, at, n, v, y);
        else
            tile_add(from, at, n, v, y, y->value);
    }
    if (!r->chooses)
        add_lost(y);
}

/* The means into to[], which may be either array of the reduction. */
static void reduce_to_mean(const struct workspace *w, uint32_t step, double *to)
{
    const struct spot *y = &w->spot[step];
    gather_terms(w, step, &(const struct reduction){.mean = true});
    for (size_t i = 0; i < y->count; i++)
        to[i] = isnan(y->more[i]) ? y->value[i] / y->length : y->more[i];
}

void tape_reduce(const struct workspace *w, uint32_t step)
{
    const struct reduction *r = w->tape->step[step].op->reduction;
    const struct spot *y = &w->spot[step];
    if (r->mean) {
        reduce_to_mean(w, step, y->value);
        return;
    }
    if (r->centred)
        reduce_to_mean(w, step, y->more);
    gather_terms(w, step, r);
    for (size_t i = 0; r->finish && i < y->count; i++)
        y->value[i] = r->finish(y->value[i], y->length);
}
