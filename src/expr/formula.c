/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees to tapes, and what a tape asks of shapes. */
#include "expr/formula.h"

#include "expr/call.h"
#include "expr/tape.h"

#include <string.h>

struct compiling {
    struct formula *f;
    const char *const *parameter;
    size_t parameters;
    struct err *e;
};

static int add_step(const struct compiling *c, struct tape_step s, uint32_t *at)
{
    struct formula *f = c->f;
    if (mem_room(&f->step, &f->room, f->steps + 1, sizeof s))
        return err_memory(c->e);
    *at = (uint32_t)f->steps;
    f->step[f->steps++] = s;
    return 0;
}

static int compile(const struct compiling *c, const struct node *n, uint32_t *at);

static int compile_name(const struct compiling *c, const struct node *n, uint32_t *at)
{
    *at = 0;
    if (strcmp(n->text, "x") == 0) {
        c->f->has_x = true;
        return 0;
    }
    for (size_t i = 0; i < c->parameters; i++)
        if (strcmp(n->text, c->parameter[i]) == 0)
            return add_step(
                c,
                (struct tape_step){
                    .kind = TAPE_PARAMETER, .single = true, .parameter = i, .where = n->where},
                at);
    err_at(c->e, n->where, "no \"%s\" in this formula", n->text);
    return err_hint(c->e, "it may name x and its own parameters");
}

static int read_axis(const struct compiling *c, const struct node *value, struct tape_step *s)
{
    double number;
    const struct extents single = {0}, most = {.axes = TENSOR_AXES};
    uint32_t axis;
    if (axis_number(value, NULL, &number, c->e))
        return -1;
    s->where = value->where;
    s->along = true;
    if (c->f->step[s->operand[0]].single)
        return axis_find(number, s->where, &single, &axis, c->e);
    s->axis = fabs(number) <= TENSOR_AXES ? (int)number : TENSOR_AXES;
    if (s->axis >= -TENSOR_AXES && s->axis < TENSOR_AXES)
        return 0;
    err_at(c->e, s->where, "no tensor has that many axes");
    return err_hint(c->e, "a tensor has at most %u", (unsigned)most.axes);
}

/* x^2 is far quicker as x*x than as a power. */
static bool is_square(const struct compiling *c, const struct tape_step *s)
{
    return s->op == operation_of(OP_POW) && c->f->step[s->operand[1]].kind == TAPE_NUMBER &&
           c->f->step[s->operand[1]].number == 2;
}

static bool has_slope(const struct tape_step *s, uint32_t operand)
{
    return s->kind == TAPE_REDUCTION ? s->op->reduction->slope != NULL
                                     : s->op->by[s->operands][operand] != NULL;
}

static int compile_operation(const struct compiling *c, const struct node *n, uint32_t *at)
{
    struct application a;
    if (application_read(n, &a, c->e))
        return -1;
    struct tape_step s = {.kind = a.reduces ? TAPE_REDUCTION : TAPE_ELEMENTS,
                          .op = a.op,
                          .operands = a.operands,
                          .single = true,
                          .first = UINT32_MAX,
                          .last = UINT32_MAX,
                          .where = n->where};
    for (uint32_t i = 0; i < a.operands; i++)
        if (compile(c, a.operand[i], &s.operand[i]))
            return -1;
    if (is_square(c, &s)) {
        s.op = (const struct operation *)table_find(&functions, "square");
        s.operands = 1;
    }
    for (uint32_t i = 0; i < s.operands; i++) {
        const struct tape_step *operand = &c->f->step[s.operand[i]];
        s.wants[i] = operand->moves && has_slope(&s, i);
        s.moves = s.moves || s.wants[i];
        s.single = s.single && operand->single;
        s.full = s.full || (operand->full && !a.reduces);
        s.first &= operand->single ? UINT32_MAX : operand->first;
        s.last &= operand->single ? UINT32_MAX : operand->last;
    }
    if (a.axis && read_axis(c, a.axis->value, &s))
        return -1;
    s.single = s.single || (a.reduces && !a.axis);
    s.first |= s.along && s.axis >= 0 ? 1U << s.axis : 0;
    s.last |= s.along && s.axis < 0 ? 1U << (-s.axis - 1) : 0;
    return add_step(c, s, at);
}

static int compile(const struct compiling *c, const struct node *n, uint32_t *at)
{
    switch (n->kind) {
    case NODE_NUMBER:
    case NODE_BOOL:
        return add_step(
            c,
            (struct tape_step){
                .kind = TAPE_NUMBER, .single = true, .number = n->number, .where = n->where},
            at);
    case NODE_PATH:
        return compile_name(c, n, at);
    case NODE_CALL:
    case NODE_UNARY:
    case NODE_BINARY:
        return compile_operation(c, n, at);
    case NODE_SHAPE:
    case NODE_STRING:
    case NODE_HOLE:
        break;
    }
    return no_value(n, c->e);
}

/* The gradient flows from the last step to where it is wanted, and sweeps from x to what takes them
 * in. */
static void connect(struct formula *f)
{
    struct tape_step *last = &f->step[f->steps - 1];
    last->reached = last->moves;
    last->taker = (uint32_t)f->steps;
    for (size_t i = f->steps; i-- > 0;) {
        const struct tape_step *s = &f->step[i];
        for (uint32_t k = 0; k < s->operands; k++) {
            struct tape_step *operand = &f->step[s->operand[k]];
            operand->reached = operand->reached || (s->reached && s->wants[k]);
            operand->taker = s->kind == TAPE_REDUCTION ? (uint32_t)i : s->taker;
        }
    }
}

struct formula *formula_make(const struct node *n, const char *const *parameter, size_t parameters,
                             struct err *e)
{
    struct formula *f = mem_new(1, sizeof *f);
    const struct compiling c = {f, parameter, parameters, e};
    uint32_t at;
    if (!f) {
        err_memory(e);
        return NULL;
    }
    if (add_step(&c, (struct tape_step){.kind = TAPE_X, .moves = true, .full = true}, &at) ||
        compile(&c, n, &at)) {
        formula_destroy(f);
        return NULL;
    }
    connect(f);
    return f;
}

void formula_destroy(struct formula *f)
{
    if (!f)
        return;
    mem_free(f->step);
    mem_free(f);
}

bool formula_has_x(const struct formula *f)
{
    return f->has_x;
}

bool formula_fits(const struct formula *f, uint32_t axes, int *axis)
{
    /* Each shape in a formula is that of x with some axes brought down to 1, or a single number:
     * they always fit each other. */
    for (size_t i = 0; i < f->steps; i++) {
        *axis = f->step[i].axis;
        if (f->step[i].along && (*axis < -(int)axes || *axis >= (int)axes))
            return false;
    }
    return true;
}
