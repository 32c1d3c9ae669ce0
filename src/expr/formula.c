/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas: what a tape asks of shapes, and a block that holds its values. */
#include "expr/formula.h"

#include "expr/tape_grad.h"
#include "expr/tape_value.h"

struct formula {
    struct tape tape;
};

/* A block begins with this; the spots and all arrays follow. */
struct block {
    double value; /* of the formula */
    struct spot *spot;
};

struct formula *formula_make(const struct node *n, const char *const *parameter, size_t parameters,
                             struct err *e)
{
    struct formula *f = mem_new(1, sizeof *f);
    const struct tape_names names = {.parameter = parameter, .parameters = parameters};
    if (!f) {
        err_memory(e);
        return NULL;
    }
    if (tape_compile(&f->tape, n, &names, e)) {
        formula_destroy(f);
        return NULL;
    }
    return f;
}

void formula_destroy(struct formula *f)
{
    if (!f)
        return;
    tape_finish(&f->tape);
    mem_free(f);
}

bool formula_has_x(const struct formula *f)
{
    return f->tape.has_x;
}

bool formula_fits(const struct formula *f, uint32_t axes, int *axis)
{
    /* Each shape in a formula is that of x with some axes brought down to 1, or a single number:
     * they always fit each other. */
    for (size_t i = 0; i < f->tape.steps; i++) {
        *axis = f->tape.step[i].axis;
        if (f->tape.step[i].along && (*axis < -(int)axes || *axis >= (int)axes))
            return false;
    }
    return true;
}

bool formula_goes_along(const struct formula *f, uint32_t axes, uint32_t first)
{
    for (size_t i = 0; i < f->tape.steps; i++) {
        const int axis = f->tape.step[i].axis + (f->tape.step[i].axis < 0 ? (int)axes : 0);
        if (f->tape.step[i].along && axis < (int)first)
            return true;
    }
    return false;
}

static double *take_doubles(double **free, size_t n)
{
    double *taken = *free;
    *free += n;
    return taken;
}

static size_t doubles_of(size_t bytes)
{
    return (bytes + sizeof(double) - 1) / sizeof(double);
}

/* Lays the arrays of a step out from *free on; parameters and numbers have their values then. */
static void lay_step(const struct tape_step *s, const double *parameter, const struct spot *spot,
                     struct spot *y, double **free)
{
    if (s->operands)
        spot_shape(s, spot, y);
    else if (s->kind != TAPE_LEAF)
        *y = (struct spot){.count = 1};
    const size_t held = s->full ? TILE : y->count;
    y->value = take_doubles(free, held);
    y->more = needs_more(s) ? take_doubles(free, held) : NULL;
    y->lost = NULL;
    y->grad = s->reached ? take_doubles(free, held) : NULL;
    if (s->kind == TAPE_NUMBER)
        y->value[0] = s->number;
    else if (s->kind == TAPE_PARAMETER)
        y->value[0] = parameter[s->parameter];
}

/* How many elements a step that is held whole has at most. */
static size_t most_held(const struct tape_step *s, const struct dims *x)
{
    size_t n = 1;
    for (uint32_t i = 0; i < x->axes && !s->single; i++)
        if (!(s->first >> i & 1) && !(s->last >> (x->axes - 1 - i) & 1))
            n *= x->size[i];
    return n;
}

size_t formula_room(const struct formula *f, const struct dims *x)
{
    const size_t steps = f->tape.steps;
    size_t n = doubles_of(sizeof(struct block)) + doubles_of(steps * sizeof(struct spot));
    for (size_t i = 0; i < steps; i++) {
        const struct tape_step *s = &f->tape.step[i];
        const size_t held = s->full ? TILE : most_held(s, x);
        n += held * (1 + (size_t)needs_more(s) + (size_t)s->reached);
    }
    return n;
}

/* The sum of the last step's elements. */
static double sum_last(const struct workspace *w)
{
    const uint32_t steps = (uint32_t)w->tape->steps;
    const struct spot *last = &w->spot[steps - 1];
    double sum = 0;
    if (!w->tape->step[steps - 1].full)
        return tile_sum(last->value, last->count);
    for (size_t at = 0; at < last->count; at += TILE) {
        const size_t n = tile_size(last->count - at);
        sweep_tile(w, steps, at, n);
        sum += tile_sum(operand_tile(w, steps - 1, last, at, n, NULL), n);
    }
    return sum;
}

double formula_value(const struct formula *f, const struct dims *x, const double *parameter,
                     const real *at, double *block)
{
    const struct tape *t = &f->tape;
    struct block *b = (struct block *)(void *)block;
    double *free = block + doubles_of(sizeof *b);
    b->spot = (struct spot *)(void *)take_doubles(&free, doubles_of(t->steps * sizeof *b->spot));
    b->spot[0] = (struct spot){
        .dims = *x, .count = dims_count(x), .reals = at, .tile = NO_TILE, .length = 1};
    const struct workspace w = {.tape = t, .spot = b->spot};
    for (uint32_t i = 0; i < t->steps; i++) {
        lay_step(&t->step[i], parameter, b->spot, &b->spot[i], &free);
        if (!t->step[i].full)
            tape_compute(&w, i);
    }
    b->value = sum_last(&w);
    return b->value;
}

void formula_grad(const struct formula *f, double *block, double scale, const real *x, real *dx,
                  bool add)
{
    struct spot *spot = ((struct block *)(void *)block)->spot;
    spot[0].reals = x;
    spot[0].tile = NO_TILE;
    tape_grad(&(const struct workspace){.tape = &f->tape, .spot = spot}, scale, dx, add);
}
