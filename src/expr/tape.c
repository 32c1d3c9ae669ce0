/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees to tapes. Everything about names and shapes that can be wrong is found here. */
#include "expr/tape.h"

#include "expr/call.h"
#include "expr/functions.h"
#include "expr/operators.h"

#include <string.h>

struct compiling {
    struct tape *tape;
    const struct tape_names *names;
    struct err *e;
};

static int add_step(const struct compiling *c, struct tape_step s, uint32_t *at)
{
    struct tape *t = c->tape;
    if (mem_room(&t->step, &t->room, t->steps + 1, sizeof s))
        return err_memory(c->e);
    *at = (uint32_t)t->steps;
    t->step[t->steps++] = s;
    return 0;
}

static int compile_node(const struct compiling *c, const struct node *n, uint32_t *at);

/* A name of a formula. */
static int compile_parameter(const struct compiling *c, const struct node *n, uint32_t *at)
{
    *at = 0;
    if (strcmp(n->text, "x") == 0) {
        c->tape->has_x = true;
        return 0;
    }
    for (size_t i = 0; i < c->names->parameters; i++)
        if (strcmp(n->text, c->names->parameter[i]) == 0)
            return add_step(
                c, (struct tape_step){.kind = TAPE_PARAMETER, .single = true, .parameter = i}, at);
    err_at(c->e, n->where, "no \"%s\" in this formula", n->text);
    return err_hint(c->e, "it may name x and its own parameters");
}

/* A name of an expression, which is one leaf wherever it stands; or a call that is asked for. */
static int compile_leaf(const struct compiling *c, const struct node *n, uint32_t *at)
{
    const struct names *names = c->names->names;
    struct leaf leaf = {0};
    for (uint32_t i = c->tape->leaves; i; i = c->tape->step[i - 1].next) {
        if (n->kind == NODE_PATH && c->tape->step[i - 1].name->kind == NODE_PATH &&
            strcmp(c->tape->step[i - 1].name->text, n->text) == 0) {
            *at = i - 1;
            return 0;
        }
    }
    if (names->find(names->self, n, false, &leaf, c->e))
        return err_place(c->e, n->where);
    if (add_step(c,
                 (struct tape_step){.kind = TAPE_LEAF,
                                    .name = n,
                                    .next = c->tape->leaves,
                                    .dims = leaf.dims,
                                    .batch = leaf.batch,
                                    .moves = c->names->slopes && leaf.dims.axes > 0},
                 at))
        return -1;
    c->tape->leaves = *at + 1;
    return 0;
}

static bool dims_countable(const struct dims *x)
{
    size_t n = 1;
    for (uint32_t i = 0; i < x->axes; i++) {
        if (x->size[i] && n > SIZE_MAX / sizeof(double) / x->size[i])
            return false;
        n *= x->size[i];
    }
    return true;
}

static int fit_operand(const struct compiling *c, const struct node *n, struct tape_step *s,
                       const struct dims *operand)
{
    char a[160], b[160];
    if (!dims_broadcast(&s->dims, operand, &s->dims)) {
        err_at(c->e, n->where, "%s and %s do not fit", dims_text(&s->dims, a, sizeof a),
               dims_text(operand, b, sizeof b));
        return err_hint(c->e, "counted from the last axis, sizes must be equal, or one of them 1%s",
                        s->batch ? "; axis 0 of an output is the batch" : "");
    }
    if (dims_countable(&s->dims))
        return 0;
    err_at(c->e, n->where, "a result of %s is too large", dims_text(&s->dims, a, sizeof a));
    return err_hint(c->e, "reduce the operands first");
}

/* A weight has no samples, so its figures never lie along those of an output. One for each unit
 * that stands in a column, n x 1 beside batch x n, is laid along the units. */
static bool is_column_beside(const struct tape_step *x, const struct tape_step *beside)
{
    const struct dims *column = &x->dims, *rows = &beside->dims;
    if (x->batch || !beside->batch || column->axes < 2 || column->axes != rows->axes ||
        column->size[0] < 2 || column->size[0] != rows->size[rows->axes - 1])
        return false;
    return dims_count(column) == column->size[0];
}

static int turn_columns(const struct compiling *c, struct tape_step *s)
{
    for (uint32_t i = 0; i < s->operands; i++)
        for (uint32_t k = 0; k < s->operands; k++) {
            const struct tape_step *x = &c->tape->step[s->operand[i]];
            if (!is_column_beside(x, &c->tape->step[s->operand[k]]))
                continue;
            struct tape_step turned = {.kind = TAPE_TRANSPOSE,
                                       .operand = {s->operand[i]},
                                       .operands = 1,
                                       .dims = x->dims,
                                       .wants = {x->moves},
                                       .moves = x->moves};
            dims_reverse(&turned.dims);
            if (add_step(c, turned, &s->operand[i]))
                return -1;
        }
    return 0;
}

/* Whether axis 0 still counts samples behind an operation. */
static bool keeps_batch(const struct compiling *c, const struct application *a,
                        const struct tape_step *s)
{
    bool first = false;
    for (uint32_t i = 0; i < s->operands; i++) {
        const struct tape_step *x = &c->tape->step[s->operand[i]];
        first = first || (x->batch && x->dims.axes == s->dims.axes);
    }
    return first && !a->op->transposes && !(a->reduces && (!s->along || s->axis == 0));
}

/* The shape of an operation in an expression. */
static int shape_operation(const struct compiling *c, const struct node *n,
                           const struct application *a, struct tape_step *s)
{
    if (turn_columns(c, s))
        return -1;
    for (uint32_t i = 0; i < s->operands; i++)
        s->batch = s->batch || c->tape->step[s->operand[i]].batch;
    for (uint32_t i = 0; i < s->operands; i++)
        if (fit_operand(c, n, s, &c->tape->step[s->operand[i]].dims))
            return -1;
    if (a->op->transposes && !s->dims.axes) {
        err_at(c->e, n->where, "a single number has no axes to transpose");
        return err_hint(c->e, "leave transpose out");
    }
    if (a->op->transposes)
        dims_reverse(&s->dims);
    if (a->axis) {
        double number;
        uint32_t axis = 0;
        const struct node *value = a->axis->value;
        if (axis_number(value, &s->dims, &number, c->e) ||
            axis_find(number, value->where, &s->dims, &axis, c->e))
            return -1;
        s->along = true;
        s->axis = (int)axis;
    }
    s->batch = keeps_batch(c, a, s);
    if (a->reduces)
        dims_reduce(s, &s->dims);
    return 0;
}

/* The axis that a formula names, before any shape is known. */
static int read_axis(const struct compiling *c, const struct node *value, struct tape_step *s)
{
    double number;
    const struct dims single = {0};
    uint32_t axis;
    if (axis_number(value, NULL, &number, c->e))
        return -1;
    s->along = true;
    if (c->tape->step[s->operand[0]].single)
        return axis_find(number, value->where, &single, &axis, c->e);
    s->axis = fabs(number) <= TENSOR_AXES ? (int)number : TENSOR_AXES;
    if (s->axis >= -TENSOR_AXES && s->axis < TENSOR_AXES)
        return 0;
    err_at(c->e, value->where, "no tensor has that many axes");
    return err_hint(c->e, "a tensor has at most %u", (unsigned)TENSOR_AXES);
}

static bool operand_has_slope(const struct tape_step *s, uint32_t operand)
{
    if (s->kind == TAPE_TRANSPOSE)
        return true;
    return s->kind == TAPE_REDUCTION ? s->op->reduction->slope != NULL
                                     : s->op->by[s->operands][operand] != NULL;
}

/* Which operands a gradient flows to. */
static void trace_slopes(const struct compiling *c, struct tape_step *s)
{
    for (uint32_t i = 0; i < s->operands; i++) {
        s->wants[i] = c->tape->step[s->operand[i]].moves && operand_has_slope(s, i);
        s->moves = s->moves || s->wants[i];
    }
}

/* What is known of an operation in a formula for all shapes of x. */
static int describe_operation(const struct compiling *c, const struct application *a,
                              struct tape_step *s)
{
    s->single = true;
    s->first = s->last = UINT32_MAX;
    for (uint32_t i = 0; i < s->operands; i++) {
        const struct tape_step *operand = &c->tape->step[s->operand[i]];
        s->single = s->single && operand->single;
        s->full = s->full || (operand->full && !a->reduces);
        s->first &= operand->single ? UINT32_MAX : operand->first;
        s->last &= operand->single ? UINT32_MAX : operand->last;
    }
    if (a->axis && read_axis(c, a->axis->value, s))
        return -1;
    s->single = s->single || (a->reduces && !a->axis);
    s->first |= s->along && s->axis >= 0 ? 1U << s->axis : 0;
    s->last |= s->along && s->axis < 0 ? 1U << (-s->axis - 1) : 0;
    return 0;
}

/* x^2 is far quicker as x*x than as a power. */
static bool is_square(const struct compiling *c, const struct tape_step *s)
{
    return s->op == operation_of(OP_POW) && c->tape->step[s->operand[1]].kind == TAPE_NUMBER &&
           c->tape->step[s->operand[1]].number == 2;
}

static int compile_asked(const struct compiling *c, const struct node *n, uint32_t *at)
{
    if (c->names->names)
        return compile_leaf(c, n, at);
    err_at(c->e, n->where, "%s speaks of a model, and a formula of x alone", n->text);
    return err_hint(c->e, "it may name x and its own parameters");
}

static int compile_operation(const struct compiling *c, const struct node *n, uint32_t *at)
{
    struct application a;
    if (application_read(n, &a, c->e))
        return -1;
    if (a.op->asks)
        return compile_asked(c, n, at);
    if (a.op->transposes && !c->names->names) {
        err_at(c->e, n->where, "a formula of x alone has the shape of x, and takes no transpose");
        return err_hint(c->e, "a term can: term NAME = 1e-3 * sum((h.kernel - "
                              "transpose(h.kernel))^2)");
    }
    struct tape_step s = {.kind = a.reduces          ? TAPE_REDUCTION
                                  : a.op->transposes ? TAPE_TRANSPOSE
                                                     : TAPE_ELEMENTS,
                          .op = a.op,
                          .operands = a.operands};
    for (uint32_t i = 0; i < a.operands; i++)
        if (compile_node(c, a.operand[i], &s.operand[i]))
            return -1;
    if (is_square(c, &s)) {
        s.op = (const struct operation *)table_find(&functions, "square");
        s.operands = 1;
    }
    if (c->names->names ? shape_operation(c, n, &a, &s) : describe_operation(c, &a, &s))
        return -1;
    trace_slopes(c, &s);
    return add_step(c, s, at);
}

static int compile_node(const struct compiling *c, const struct node *n, uint32_t *at)
{
    switch (n->kind) {
    case NODE_NUMBER:
    case NODE_BOOL:
        return add_step(
            c, (struct tape_step){.kind = TAPE_NUMBER, .single = true, .number = n->number}, at);
    case NODE_PATH:
        return c->names->names ? compile_leaf(c, n, at) : compile_parameter(c, n, at);
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

/* Whether an operand of an expression flows: it is computed, not gathered, and has the places of
 * its user. Shapes that fit are the same but for axes of size 1 if their counts are. */
static bool operand_flows(const struct tape_step *user, const struct tape_step *operand)
{
    return operand->kind == TAPE_ELEMENTS &&
           (user->kind != TAPE_ELEMENTS || dims_count(&user->dims) == dims_count(&operand->dims));
}

/* The gradient flows from the last step to where it is wanted, and sweeps from leaves to what takes
 * them in. */
static void connect_steps(struct tape *t, bool shaped)
{
    struct tape_step *last = &t->step[t->steps - 1];
    last->reached = last->moves;
    last->taker = (uint32_t)t->steps;
    for (size_t i = t->steps; i-- > 0;) {
        struct tape_step *s = &t->step[i];
        if (s->operands) {
            uint32_t *sweep = s->taker == t->steps ? &t->sweep : &t->step[s->taker].sweep;
            s->next = *sweep;
            *sweep = (uint32_t)i;
        }
        for (uint32_t k = 0; k < s->operands; k++) {
            struct tape_step *operand = &t->step[s->operand[k]];
            operand->full = shaped ? operand_flows(s, operand) : operand->full;
            operand->reached = operand->reached || (s->reached && s->wants[k]);
            operand->taker = s->full ? s->taker : (uint32_t)i;
        }
    }
}

int tape_compile(struct tape *t, const struct node *n, const struct tape_names *names,
                 struct err *e)
{
    const struct compiling c = {t, names, e};
    uint32_t at;
    if (!names->names &&
        add_step(&c, (struct tape_step){.kind = TAPE_LEAF, .moves = true, .full = true}, &at))
        return -1;
    if (compile_node(&c, n, &at))
        return -1;
    connect_steps(t, names->names != NULL);
    return 0;
}

size_t dims_reduce(const struct tape_step *s, struct dims *x)
{
    size_t length = dims_count(x);
    if (!s->along) {
        *x = (struct dims){0};
        return length;
    }
    size_t *size = &x->size[s->axis < 0 ? s->axis + (int)x->axes : s->axis];
    length = *size;
    *size = 1;
    return length;
}

void tape_finish(struct tape *t)
{
    mem_free(t->step);
    *t = (struct tape){0};
}
