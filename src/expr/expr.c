/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions: a tape is made of the tree, its leaves get their values, and what must be held is
 * held only until it has been taken in. Sums carry their rounding errors along. */
#include "expr/expr.h"

#include "expr/tape_value.h"

#include <assert.h>
#include <string.h>

/* An expression at work. Zeroed memory is a valid empty one. */
struct evaluation {
    struct tape tape;
    struct workspace w;
    double *tiles; /* mem_block: the values of full steps, leaves and numbers */
};

static void evaluation_finish(struct evaluation *v)
{
    for (size_t i = 0; v->w.spot && i < v->tape.steps; i++)
        if (v->tape.step[i].operands && !v->tape.step[i].full)
            mem_free(v->w.spot[i].value);
    mem_free(v->w.spot);
    mem_free(v->tiles);
    tape_finish(&v->tape);
}

/* A step that is computed where its first operand stands. */
static bool reuses_tile(const struct tape *t, const struct tape_step *s)
{
    const struct tape_step *first = &t->step[s->operand[0]];
    return s->full && first->full && first->kind == TAPE_ELEMENTS;
}

/* Finds the shapes. How many doubles the tiles need. */
static size_t shape_spots(const struct evaluation *v)
{
    size_t room = 0;
    for (size_t i = 0; i < v->tape.steps; i++) {
        const struct tape_step *s = &v->tape.step[i];
        struct spot *y = &v->w.spot[i];
        if (s->operands)
            spot_shape(s, v->w.spot, y);
        else
            *y = (struct spot){.dims = s->dims, .count = dims_count(&s->dims)};
        if (!s->operands || (s->full && !reuses_tile(&v->tape, s)))
            room += tile_size(y->count);
    }
    return room;
}

static int make_room(struct evaluation *v, struct err *e)
{
    const struct tape *t = &v->tape;
    if (!(v->w.spot = mem_new(t->steps, sizeof *v->w.spot)) ||
        !(v->tiles = mem_block(shape_spots(v), sizeof *v->tiles)))
        return err_memory(e);
    double *free = v->tiles;
    for (size_t i = 0; i < t->steps; i++) {
        const struct tape_step *s = &t->step[i];
        struct spot *y = &v->w.spot[i];
        if (s->operands && s->full && reuses_tile(t, s)) {
            y->value = v->w.spot[s->operand[0]].value;
        } else if (!s->operands || s->full) {
            y->value = free;
            free += tile_size(y->count);
        }
    }
    return 0;
}

/* Gives all names their values. */
static int load_leaves(const struct evaluation *v, const struct names *names, struct err *e)
{
    for (size_t i = 0; i < v->tape.steps; i++) {
        const struct tape_step *s = &v->tape.step[i];
        struct spot *y = &v->w.spot[i];
        struct leaf leaf = {0};
        if (s->kind == TAPE_NUMBER)
            y->value[0] = s->number;
        if (s->kind != TAPE_LEAF)
            continue;
        if (names->find(names->self, s->name, true, &leaf, e))
            return err_place(e, s->name->where);
        assert(dims_same(&leaf.dims, &s->dims));
        y->reals = s->dims.axes ? leaf.reals : NULL;
        y->tile = NO_TILE;
        if (!s->dims.axes)
            y->value[0] = leaf.number;
    }
    return 0;
}

/* Frees what a step that is computed has taken in. */
static void free_taken(const struct evaluation *v, uint32_t taker)
{
    for (uint32_t i = v->tape.step[taker].sweep; i; i = v->tape.step[i].next)
        if (!v->tape.step[i].full) {
            mem_free(v->w.spot[i].value);
            v->w.spot[i].value = NULL;
        }
}

static int compute_held(const struct evaluation *v, uint32_t step, struct err *e)
{
    struct spot *y = &v->w.spot[step];
    double *errors = NULL;
    const bool reduces = v->tape.step[step].kind == TAPE_REDUCTION;
    if (!(y->value = mem_block(y->count, sizeof *y->value)) ||
        (reduces && !(errors = mem_block(y->count, 2 * sizeof *errors))))
        return err_memory(e);
    if (reduces) {
        y->lost = errors;
        y->more = errors + y->count;
    }
    tape_compute(&v->w, step);
    mem_free(errors);
    y->lost = y->more = NULL;
    free_taken(v, step);
    return 0;
}

/* The values of the last step, which are the caller's then. */
static int take_result(const struct evaluation *v, struct tensor *to, struct err *e)
{
    const size_t last = v->tape.steps - 1;
    struct spot *y = &v->w.spot[last];
    to->dims = y->dims;
    if (v->tape.step[last].operands) {
        to->item = y->value;
        y->value = NULL;
        return 0;
    }
    if (!(to->item = mem_block(y->count, sizeof *to->item)))
        return err_memory(e);
    for (size_t at = 0; at < y->count && !stop_asked(v->w.stop); at += TILE)
        tile_read(y, at, tile_size(y->count - at), to->item + at);
    return 0;
}

static int compute_tape(struct evaluation *v, const struct names *names, struct tensor *to,
                        struct err *e)
{
    v->w.tape = &v->tape;
    v->w.stop = names->stop;
    if (make_room(v, e) || load_leaves(v, names, e))
        return -1;
    for (uint32_t i = 0; i < v->tape.steps && !stop_asked(names->stop); i++)
        if (v->tape.step[i].operands && !v->tape.step[i].full && compute_held(v, i, e))
            return -1;
    if (take_result(v, to, e) == 0 && stop_check(names->stop, e) == 0)
        return 0;
    tensor_finish(to);
    return -1;
}

static int compile_tree(struct evaluation *v, const struct node *n, const struct names *names,
                        struct err *e)
{
    return tape_compile(&v->tape, n, &(const struct tape_names){.names = names}, e);
}

static int check_number(const struct evaluation *v, const struct node *n, struct err *e)
{
    char text[160];
    const struct dims *x = &v->tape.step[v->tape.steps - 1].dims;
    if (!x->axes)
        return 0;
    err_at(e, n->where, "this is a tensor of %s, and a single number is needed",
           dims_text(x, text, sizeof text));
    return err_hint(e, "use mean(...), sum(...) or another reduction");
}

int expr_check(const struct node *n, const struct names *names, struct dims *x, struct err *e)
{
    struct evaluation v = {0};
    const int result = compile_tree(&v, n, names, e);
    if (!result)
        *x = v.tape.step[v.tape.steps - 1].dims;
    evaluation_finish(&v);
    return result;
}

int expr_check_number(const struct node *n, const struct names *names, struct err *e)
{
    struct evaluation v = {0};
    const int result = compile_tree(&v, n, names, e) || check_number(&v, n, e) ? -1 : 0;
    evaluation_finish(&v);
    return result;
}

int expr_eval(const struct node *n, const struct names *names, struct tensor *to, struct err *e)
{
    struct evaluation v = {0};
    const int result = compile_tree(&v, n, names, e) || compute_tape(&v, names, to, e) ? -1 : 0;
    evaluation_finish(&v);
    return result;
}

int expr_number(const struct node *n, const struct names *names, double *to, struct err *e)
{
    struct evaluation v = {0};
    struct tensor value = {0};
    const bool fine = !compile_tree(&v, n, names, e) && !check_number(&v, n, e) &&
                      !compute_tape(&v, names, &value, e);
    if (fine)
        *to = value.item[0];
    tensor_finish(&value);
    evaluation_finish(&v);
    return fine ? 0 : -1;
}

struct expression {
    struct evaluation v;
    double **held;  /* for each step: its values, where it holds them; they stand in: */
    double *values; /* mem_block, and behind them what reductions need beside */
    double *errors;
};

/* Room for all that is held, once and for all. */
static int hold_room(struct expression *x, struct err *e)
{
    const struct tape *t = &x->v.tape;
    size_t room = 0, most = 0;
    for (size_t i = 0; i < t->steps; i++)
        if (t->step[i].operands && !t->step[i].full) {
            room += x->v.w.spot[i].count;
            most = x->v.w.spot[i].count > most ? x->v.w.spot[i].count : most;
        }
    if (!(x->held = mem_new(t->steps, sizeof *x->held)) ||
        !(x->values = mem_block(room + 2 * most, sizeof *x->values)))
        return err_memory(e);
    x->errors = x->values + room;
    double *free = x->values;
    for (size_t i = 0; i < t->steps; i++)
        if (t->step[i].operands && !t->step[i].full) {
            x->held[i] = free;
            free += x->v.w.spot[i].count;
        }
    return 0;
}

struct expression *expression_create(const struct node *n, const struct names *names, struct err *e)
{
    struct expression *x = mem_new(1, sizeof *x);
    if (!x) {
        err_memory(e);
        return NULL;
    }
    x->v.w.tape = &x->v.tape;
    if (!compile_tree(&x->v, n, names, e) && !check_number(&x->v, n, e) && !make_room(&x->v, e) &&
        !hold_room(x, e))
        return x;
    expression_destroy(x);
    return NULL;
}

void expression_destroy(struct expression *x)
{
    if (!x)
        return;
    evaluation_finish(&x->v);
    mem_free(x->held);
    mem_free(x->values);
    mem_free(x);
}

/* A step's values, in the room that they keep. */
static void compute_in_place(struct expression *x, uint32_t step)
{
    struct spot *y = &x->v.w.spot[step];
    y->value = x->held[step];
    if (x->v.tape.step[step].kind == TAPE_REDUCTION) {
        y->lost = x->errors;
        y->more = x->errors + y->count;
    }
    tape_compute(&x->v.w, step);
    y->lost = y->more = NULL;
}

/* Nothing in a spot is the evaluation's to free. */
static void let_go(const struct expression *x)
{
    for (uint32_t i = 0; i < x->v.tape.steps; i++)
        if (x->held[i])
            x->v.w.spot[i].value = NULL;
}

int expression_number(struct expression *x, const struct names *names, double *to, struct err *e)
{
    const size_t steps = x->v.tape.steps;
    x->v.w.stop = names->stop;
    if (load_leaves(&x->v, names, e))
        return -1;
    for (uint32_t i = 0; i < steps && !stop_asked(names->stop); i++)
        if (x->held[i])
            compute_in_place(x, i);
    const double *last = x->v.w.spot[steps - 1].value;
    *to = last ? last[0] : 0;
    let_go(x);
    return stop_check(names->stop, e);
}
