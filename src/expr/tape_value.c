/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a tape, step after step, each step's in one straight loop a tile. */
#include "expr/tape.h"
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

FOR_ALL_LEVELS static void fill(double value, size_t n, double *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = value;
}

const double *tile_of(const struct spot *to, const struct spot *from, const double *values,
                      size_t at, size_t n, double *tile)
{
    if (from->count == to->count)
        return values + at;
    if (from->count == 1) {
        fill(values[0], n, tile);
        return tile;
    }
    struct walk w = walk_start(&to->extents, &from->extents, at);
    const uint32_t last = to->extents.axes - 1;
    for (size_t done = 0, run; done < n; done += run) {
        const size_t left = to->extents.size[last] - w.at[last];
        run = left < n - done ? left : n - done;
        if (w.stride[last])
            memcpy(tile + done, values + w.from, run * sizeof *tile);
        else
            fill(values[w.from], run, tile + done);
        walk_on(&w, &to->extents, run);
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
    struct walk w = walk_start(&from->extents, &to->extents, at);
    const uint32_t last = from->extents.axes - 1;
    for (size_t done = 0, run; done < n; done += run) {
        const size_t left = from->extents.size[last] - w.at[last];
        run = left < n - done ? left : n - done;
        if (w.stride[last])
            add_to(sums + w.from, tile + done, run);
        else
            sums[w.from] += tile_sum(tile + done, run);
        walk_on(&w, &from->extents, run);
    }
}

/* The one of n values that is kept; the values are lost. */
static double fold(elementwise *choose, double *x, size_t n)
{
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
        one = fold(choose, tile, n);
        choose(1, best, &one, NULL);
        return;
    }
    struct walk w = walk_start(&from->extents, &to->extents, at);
    const uint32_t last = from->extents.axes - 1;
    for (size_t done = 0, run; done < n; done += run) {
        const size_t left = from->extents.size[last] - w.at[last];
        run = left < n - done ? left : n - done;
        if (w.stride[last]) {
            choose(run, best + w.from, tile + done, NULL);
        } else {
            one = fold(choose, tile + done, run);
            choose(1, best + w.from, &one, NULL);
        }
        walk_on(&w, &from->extents, run);
    }
}

const double *operand_tile(const struct formula *f, const struct spot *spot, uint32_t operand,
                           const struct spot *to, size_t at, size_t n, double *tile)
{
    const struct spot *from = &spot[operand];
    return f->step[operand].full ? from->value : tile_of(to, from, from->value, at, n, tile);
}

/* The values [at, at + n) of an elementwise step. */
static void elements(const struct formula *f, const struct spot *spot, size_t step, size_t at,
                     size_t n, double *to)
{
    double tile[OPERANDS][TILE];
    const struct tape_step *s = &f->step[step];
    const double *x[OPERANDS] = {NULL};
    for (uint32_t k = 0; k < s->operands; k++)
        x[k] = operand_tile(f, spot, s->operand[k], &spot[step], at, n, tile[k]);
    memcpy(to, x[0], n * sizeof *to);
    s->op->of[s->operands](n, to, x[1], x[2]);
}

FOR_ALL_LEVELS static void widen(const real *x, size_t n, double *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (double)x[i];
}

void sweep_tile(const struct formula *f, struct spot *spot, uint32_t taker, const real *x,
                size_t at, size_t n)
{
    widen(x + at, n, spot[0].value);
    for (uint32_t i = 1; i < taker; i++)
        if (f->step[i].full && f->step[i].taker == taker)
            elements(f, spot, i, at, n, spot[i].value);
}

/* Compares n elements with what those before were; 0 <= `same`, NaN: they differ already. */
FOR_ALL_LEVELS static void compare(size_t n, const double *x, double *same)
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
        compare(n, x, same);
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
    struct walk w = walk_start(&from->extents, &to->extents, at);
    const uint32_t last = from->extents.axes - 1;
    for (size_t done = 0, run; done < n; done += run) {
        const size_t left = from->extents.size[last] - w.at[last];
        run = left < n - done ? left : n - done;
        compare_run(&w, last, w.at[axis] == 0, run, tile + done, same + w.from);
        walk_on(&w, &from->extents, run);
    }
}

/* A reduction at work. */
struct reducing {
    const struct formula *f;
    struct spot *spot;
    uint32_t step;
    const real *x;
};

static int reduced_axis(const struct tape_step *s, const struct spot *from)
{
    return !s->along ? -1 : s->axis < 0 ? s->axis + (int)from->extents.axes : s->axis;
}

/* Gathers the terms of all elements in the reduction's value. */
static void gather(const struct reducing *w, const struct reduction *r, elementwise *choose)
{
    double tile[TILE], mean[TILE];
    const uint32_t operand = w->f->step[w->step].operand[0];
    const struct spot *from = &w->spot[operand], *y = &w->spot[w->step];
    fill(r->start, y->count, y->value);
    for (size_t at = 0; at < from->count; at += TILE) {
        const size_t n = from->count - at < TILE ? from->count - at : TILE;
        if (w->f->step[operand].full)
            sweep_tile(w->f, w->spot, w->step, w->x, at, n);
        const double *v = operand_tile(w->f, w->spot, operand, from, at, n, tile);
        if (r->mean)
            tile_compare(from, at, n, v, y, reduced_axis(&w->f->step[w->step], from), y->more);
        if (choose || r->term)
            v = memcpy(tile, v, n * sizeof *tile);
        if (r->centred) {
            const double *m = tile_of(from, y, y->more, at, n, mean);
            for (size_t i = 0; i < n; i++)
                tile[i] -= m[i];
        }
        if (r->term)
            r->term(n, tile, NULL, NULL);
        if (choose)
            tile_choose(from, at, n, tile, y, choose);
        else
            tile_add(from, at, n, v, y, y->value);
    }
}

/* The means into to[], which may be either array of the reduction. */
static void average(const struct reducing *w, double *to)
{
    const struct spot *y = &w->spot[w->step];
    gather(w, &(const struct reduction){.mean = true}, NULL);
    for (size_t i = 0; i < y->count; i++)
        to[i] = isnan(y->more[i]) ? y->value[i] / y->length : y->more[i];
}

static void reduce(const struct reducing *w)
{
    const struct operation *op = w->f->step[w->step].op;
    const struct reduction *r = op->reduction;
    const struct spot *y = &w->spot[w->step];
    if (r->mean) {
        average(w, y->value);
        return;
    }
    if (r->centred)
        average(w, y->more);
    gather(w, r, r->choose ? op->of[2] : NULL);
    for (size_t i = 0; r->finish && i < y->count; i++)
        y->value[i] = r->finish(y->value[i], y->length);
}

/* The extents of a step's result. */
static void shape_step(const struct tape_step *s, const struct extents *x, const struct spot *spot,
                       struct spot *y)
{
    y->extents = s->kind == TAPE_X ? *x : (struct extents){0};
    for (uint32_t k = 0; k < s->operands && !s->single; k++) {
        const struct extents *o = &spot[s->operand[k]].extents;
        y->extents.axes = y->extents.axes > o->axes ? y->extents.axes : o->axes;
        for (uint32_t i = 0; i < o->axes; i++)
            if (y->extents.size[i] <= 1)
                y->extents.size[i] = o->size[i];
    }
    if (s->along)
        y->extents.size[s->axis < 0 ? s->axis + (int)x->axes : s->axis] = 1;
    y->count = extents_count(&y->extents);
    y->length = s->kind == TAPE_REDUCTION ? (double)(spot[s->operand[0]].count / y->count) : 1;
}

static double *take(double **free, size_t n)
{
    double *taken = *free;
    *free += n;
    return taken;
}

static size_t doubles_of(size_t bytes)
{
    return (bytes + sizeof(double) - 1) / sizeof(double);
}

/* Lays the arrays of a step out from *free on. */
static void lay_step(const struct tape_step *s, const struct extents *x, struct spot *spot,
                     struct spot *y, double **free)
{
    shape_step(s, x, spot, y);
    const size_t held = s->full ? TILE : y->count;
    y->value = take(free, held);
    y->more = needs_more(s) ? take(free, held) : NULL;
    y->slope = s->reached ? take(free, held) : NULL;
}

/* How many elements a step that is held whole has at most. */
static size_t most_held(const struct tape_step *s, const struct extents *x)
{
    size_t n = 1;
    for (uint32_t i = 0; i < x->axes && !s->single; i++)
        if (!(s->first >> i & 1) && !(s->last >> (x->axes - 1 - i) & 1))
            n *= x->size[i];
    return n;
}

size_t formula_room(const struct formula *f, const struct extents *x)
{
    size_t n = doubles_of(sizeof(struct block)) + doubles_of(f->steps * sizeof(struct spot));
    for (size_t i = 0; i < f->steps; i++) {
        const struct tape_step *s = &f->step[i];
        const size_t held = s->full ? TILE : most_held(s, x);
        n += held * (1 + (size_t)needs_more(s) + (size_t)s->reached);
    }
    return n;
}

/* The value of a step that is held whole. */
static void compute(const struct formula *f, struct spot *spot, uint32_t step,
                    const double *parameter, const real *x)
{
    const struct tape_step *s = &f->step[step];
    const struct spot *y = &spot[step];
    switch (s->kind) {
    case TAPE_X:
        break;
    case TAPE_NUMBER:
        y->value[0] = s->number;
        break;
    case TAPE_PARAMETER:
        y->value[0] = parameter[s->parameter];
        break;
    case TAPE_ELEMENTS:
        for (size_t at = 0; at < y->count; at += TILE)
            elements(f, spot, step, at, y->count - at < TILE ? y->count - at : TILE, y->value + at);
        break;
    case TAPE_REDUCTION:
        reduce(&(const struct reducing){f, spot, step, x});
        break;
    }
}

/* The sum of the last step's elements. */
static double sum_last(const struct formula *f, struct spot *spot, const real *x)
{
    const uint32_t steps = (uint32_t)f->steps;
    const struct spot *last = &spot[steps - 1];
    double sum = 0;
    if (!f->step[steps - 1].full)
        return tile_sum(last->value, last->count);
    for (size_t at = 0; at < last->count; at += TILE) {
        const size_t n = last->count - at < TILE ? last->count - at : TILE;
        sweep_tile(f, spot, steps, x, at, n);
        sum += tile_sum(last->value, n);
    }
    return sum;
}

double formula_value(const struct formula *f, const struct extents *x, const double *parameter,
                     const real *at, double *block)
{
    struct block *b = (struct block *)(void *)block;
    double *free = block + doubles_of(sizeof *b);
    b->spot = (struct spot *)(void *)take(&free, doubles_of(f->steps * sizeof *b->spot));
    for (uint32_t i = 0; i < f->steps; i++) {
        lay_step(&f->step[i], x, b->spot, &b->spot[i], &free);
        if (!f->step[i].full)
            compute(f, b->spot, i, parameter, at);
    }
    b->value = sum_last(f, b->spot, at);
    return b->value;
}
