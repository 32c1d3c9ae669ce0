/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/flow.h"

#include "expr/walk.h"

#include <string.h>

bool step_has_values(const struct step *s)
{
    return s->reals || s->doubles;
}

/* Whether the operand's values are repeated to the shape of `s`. Their shapes fit, so they are the
 * same but for axes of size 1 if their counts are. */
static bool stretches(const struct step *s, const struct step *operand)
{
    return !s->reduces && s->count != operand->count;
}

static void read_values(const struct step *s, size_t at, size_t n, double *to)
{
    if (s->reals)
        for (size_t i = 0; i < n; i++)
            to[i] = (double)s->reals[at + i];
    else
        memcpy(to, s->doubles + at, n * sizeof *to);
}

static double value_at(const struct step *s, size_t i)
{
    return s->reals ? (double)s->reals[i] : s->doubles[i];
}

static void fill_same(double value, size_t n, double *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = value;
}

/* The values [at, at + n) of `s` stretched to the shape `x`. */
static void fill_stretched(const struct extents *x, const struct step *s, size_t at, size_t n,
                           double *to)
{
    if (s->count == 1) {
        fill_same(value_at(s, 0), n, to);
        return;
    }
    struct walk w = walk_start(x, &s->extents, at);
    uint32_t last = x->axes - 1;
    while (n) {
        size_t left = x->size[last] - w.at[last], run = left < n ? left : n;
        if (w.stride[last])
            read_values(s, w.from, run, to);
        else
            fill_same(value_at(s, w.from), run, to);
        walk_on(&w, x, run);
        to += run;
        n -= run;
    }
}

static void fill_operand(const struct step *s, const struct step *operand, size_t at, size_t n,
                         double *to)
{
    if (stretches(s, operand))
        fill_stretched(&s->extents, operand, at, n, to);
    else
        step_fill(operand, at, n, to);
}

void step_fill(const struct step *s, size_t at, size_t n, double *to)
{
    if (step_has_values(s)) {
        read_values(s, at, n, to);
        return;
    }
    const double *more[OPERANDS] = {NULL};
    fill_operand(s, s->operand[0], at, n, to);
    for (uint32_t i = 1; i < s->operands; i++) {
        fill_operand(s, s->operand[i], at, n, s->operand[i]->block);
        more[i] = s->operand[i]->block;
    }
    s->op->of[s->operands](n, to, more[1], more[2]);
}

void step_release(struct step *s)
{
    for (uint32_t i = 0; i < s->operands; i++)
        step_release(s->operand[i]);
    mem_free(s->own);
    mem_free(s->block);
    s->own = s->block = NULL;
}

void step_release_operands(struct step *s)
{
    for (uint32_t i = 0; i < s->operands; i++)
        step_release(s->operand[i]);
}

int step_hold(struct step *s, struct err *e)
{
    s->own = mem_block(s->count, sizeof *s->own);
    if (!s->own)
        return err_memory(e);
    for (size_t at = 0; at < s->count && !stop_asked(s->stop); at += BLOCK)
        step_fill(s, at, s->count - at < BLOCK ? s->count - at : BLOCK, s->own + at);
    s->doubles = s->own;
    step_release_operands(s);
    return 0;
}

static int make_block(struct step *operand, size_t count, struct err *e)
{
    operand->block = mem_block(count < BLOCK ? count : BLOCK, sizeof *operand->block);
    return operand->block ? 0 : err_memory(e);
}

int step_prepare(struct step *s, struct err *e)
{
    for (uint32_t i = 0; i < s->operands; i++) {
        struct step *o = s->operand[i];
        if (step_prepare(o, e) || (stretches(s, o) && !step_has_values(o) && step_hold(o, e)))
            return -1;
        /* The first operand of an elementwise step is computed where the result stands. */
        if ((s->reduces || i > 0) && make_block(o, s->reduces ? o->count : s->count, e))
            return -1;
    }
    return s->reduces ? step_reduce(s, e) : 0;
}
