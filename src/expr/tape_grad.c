/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of a tape: from the last step to x. */
#include "expr/tape_grad.h"

#include "expr/tape_transpose.h"
#include "expr/tape_value.h"

#include <string.h>

/* A gradient on its way. */
struct back {
    const struct workspace *w;
    real *dx; /* NULL: leaves keep what arrives */
    double scale;
    bool add;   /* dx holds something already */
    bool fresh; /* nothing has reached x in this tile */
};

/* Where the gradient of a tile may be written for an operand at once, or `d`. A full step has one
 * user, but x. */
static double *grad_place(const struct back *b, uint32_t operand, double *d)
{
    const bool first = operand != 0 || b->fresh;
    return b->w->tape->step[operand].full && first ? b->w->spot[operand].grad : d;
}

/* The gradient that an operand gets from a tile of its user, written at its landing. */
static void send_grad(struct back *b, const struct spot *user, uint32_t operand, size_t at,
                      size_t n, const double *d)
{
    struct spot *to = &b->w->spot[operand];
    if (!b->w->tape->step[operand].full)
        tile_add(user, at, n, d, to, to->grad);
    else if (d != to->grad)
        for (size_t i = 0; i < n; i++)
            to->grad[i] += d[i];
    b->fresh = b->fresh && operand != 0;
}

/* Sends the gradient of [at, at + n) of an elementwise step, which is g, to its operands. */
static void back_elements(struct back *b, uint32_t step, size_t at, size_t n, const double *v,
                          const double *g)
{
    double tile[OPERANDS][TILE], d[TILE];
    const struct tape_step *s = &b->w->tape->step[step];
    const double *x[OPERANDS] = {NULL};
    for (uint32_t k = 0; k < s->operands; k++)
        x[k] = operand_tile(b->w, s->operand[k], &b->w->spot[step], at, n, tile[k]);
    for (uint32_t k = 0; k < s->operands; k++)
        if (s->wants[k]) {
            double *to = grad_place(b, s->operand[k], d);
            s->op->by[s->operands][k](n, to, g, v, x[0], x[1], x[2]);
            send_grad(b, &b->w->spot[step], s->operand[k], at, n, to);
        }
}

FOR_ALL_LEVELS static void add_scaled(size_t n, double scale, const double *g, real *dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] += (real)(scale * g[i]);
}

FOR_ALL_LEVELS static void store_scaled(size_t n, double scale, const double *g, real *dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = (real)(scale * g[i]);
}

static void hand_over(const struct back *b, size_t at, size_t n)
{
    const double *g = b->w->spot[0].grad;
    if (!b->dx)
        return;
    real *dx = b->dx + at;
    if (b->fresh && !b->add)
        memset(dx, 0, n * sizeof *dx);
    else if (!b->fresh && b->add)
        add_scaled(n, b->scale, g, dx);
    else if (!b->fresh)
        store_scaled(n, b->scale, g, dx);
}

/* From the last step of a sweep, whose tile of the gradient is there, to x. */
static void back_sweep(struct back *b, uint32_t taker, size_t at, size_t n)
{
    for (uint32_t i = taker; i-- > 1;) {
        const struct tape_step *s = &b->w->tape->step[i];
        if (s->full && s->taker == taker && s->reached)
            back_elements(b, i, at, n, b->w->spot[i].value, b->w->spot[i].grad);
    }
    hand_over(b, at, n);
}

/* How many elements of the operand equal the one that was chosen. */
static void count_chosen(const struct back *b, uint32_t step)
{
    double tile[2][TILE], same[TILE];
    const uint32_t operand = b->w->tape->step[step].operand[0];
    const struct spot *y = &b->w->spot[step], *from = &b->w->spot[operand];
    memset(y->more, 0, y->count * sizeof *y->more);
    for (size_t at = 0; at < from->count; at += TILE) {
        const size_t n = tile_size(from->count - at);
        if (b->w->tape->step[operand].full)
            sweep_tile(b->w, step, at, n);
        const double *x = operand_tile(b->w, operand, from, at, n, tile[0]);
        const double *v = tile_of(from, y, y->value, at, n, tile[1]);
        for (size_t i = 0; i < n; i++)
            same[i] = x[i] == v[i];
        tile_add(from, at, n, same, y, y->more);
    }
}

/* tile_of for the tiles of a loop in their order: a single value fills its tile once. */
static const double *next_tile(const struct spot *to, const struct spot *from, const double *values,
                               size_t at, size_t n, double *tile)
{
    const bool filled = at > 0 && from->count == 1;
    return filled ? tile : tile_of(to, from, values, at, n, tile);
}

static void back_reduction(struct back *b, uint32_t step)
{
    double x_tile[TILE], g_tile[TILE], y_tile[TILE], more_tile[TILE], d[TILE];
    const struct reduction *r = b->w->tape->step[step].op->reduction;
    const uint32_t operand = b->w->tape->step[step].operand[0];
    const struct spot *y = &b->w->spot[step], *from = &b->w->spot[operand];
    const bool full = b->w->tape->step[operand].full;
    if (r->chooses)
        count_chosen(b, step);
    for (size_t at = 0; at < from->count; at += TILE) {
        const size_t n = tile_size(from->count - at);
        b->fresh = true;
        if (full)
            sweep_tile(b->w, step, at, n);
        const double *x = operand_tile(b->w, operand, from, at, n, x_tile);
        const double *g = next_tile(from, y, y->grad, at, n, g_tile);
        const double *v = next_tile(from, y, y->value, at, n, y_tile);
        const double *more = y->more ? next_tile(from, y, y->more, at, n, more_tile) : NULL;
        double *to = grad_place(b, operand, d);
        r->slope(n, to, g, v, x, more, y->length);
        send_grad(b, from, operand, at, n, to);
        if (full)
            back_sweep(b, step, at, n);
    }
    b->add = b->add || full;
}

/* From the last step, each of whose elements counts once. */
static void back_last(struct back *b)
{
    const uint32_t steps = (uint32_t)b->w->tape->steps, last = steps - 1;
    const struct spot *y = &b->w->spot[last];
    double one[TILE];
    for (size_t at = 0; at < y->count; at += TILE) {
        const size_t n = tile_size(y->count - at);
        b->fresh = true;
        if (b->w->tape->step[last].full)
            sweep_tile(b->w, steps, at, n);
        double *to = grad_place(b, last, one);
        for (size_t i = 0; i < n; i++)
            to[i] = 1;
        send_grad(b, y, last, at, n, to);
        if (b->w->tape->step[last].full)
            back_sweep(b, steps, at, n);
    }
    b->add = b->add || b->w->tape->step[last].full;
}

/* Of a step that is held, through the steps that flow into it. */
static void back_held(struct back *b, uint32_t step)
{
    const struct spot *y = &b->w->spot[step];
    for (size_t at = 0; at < y->count; at += TILE) {
        const size_t n = tile_size(y->count - at);
        sweep_tile(b->w, step, at, n);
        back_elements(b, step, at, n, y->value + at, y->grad + at);
        if (!b->dx)
            back_sweep(b, step, at, n);
    }
}

/* A transposed tensor's gradient in the order of the elements that it was made of. */
static void back_transpose(struct back *b, uint32_t step)
{
    double d[TILE];
    const uint32_t operand = b->w->tape->step[step].operand[0];
    const struct spot *y = &b->w->spot[step], *from = &b->w->spot[operand];
    for (size_t at = 0; at < from->count; at += TILE) {
        const size_t n = tile_size(from->count - at);
        double *to = grad_place(b, operand, d);
        sweep_tile(b->w, step, at, n);
        transpose_tile(from, at, n, y->grad, to);
        send_grad(b, from, operand, at, n, to);
        back_sweep(b, step, at, n);
    }
}

/* Of a step that is held whole. */
static void back_step(struct back *b, uint32_t step)
{
    const enum tape_kind kind = b->w->tape->step[step].kind;
    if (kind == TAPE_REDUCTION)
        back_reduction(b, step);
    else if (kind == TAPE_ELEMENTS)
        back_held(b, step);
    else if (kind == TAPE_TRANSPOSE)
        back_transpose(b, step);
}

/* From the last step to all that is reached. */
static void run_back(struct back *b)
{
    const struct tape *t = b->w->tape;
    const struct spot *spot = b->w->spot;
    for (size_t i = 0; i < t->steps; i++)
        if (t->step[i].reached && !t->step[i].full)
            memset(spot[i].grad, 0, spot[i].count * sizeof *spot[i].grad);
    back_last(b);
    for (uint32_t i = (uint32_t)t->steps; i-- > 1;)
        if (t->step[i].reached && !t->step[i].full)
            back_step(b, i);
}

void tape_grad_leaves(const struct workspace *w)
{
    struct back b = {.w = w};
    if (w->tape->step[w->tape->steps - 1].reached)
        run_back(&b);
}

void tape_grad(const struct workspace *w, double scale, real *dx, bool add)
{
    const struct tape *t = w->tape;
    const struct spot *spot = w->spot;
    struct back b = {.w = w, .dx = dx, .scale = scale, .add = add};
    if (!t->step[0].reached || scale == 0) {
        if (!add)
            memset(dx, 0, spot[0].count * sizeof *dx);
        return;
    }
    run_back(&b);
}
