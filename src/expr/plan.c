/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/plan.h"

#include <stdio.h>
#include <string.h>

struct making {
    struct arena *arena;
    const struct names *names;
    struct err *e;
};

static struct step *make(const struct making *m, const struct node *n);

static struct step *step_new(const struct making *m, const struct node *n)
{
    struct step *s = arena_new(m->arena, 1, sizeof *s);
    if (!s) {
        err_memory(m->e);
        return NULL;
    }
    s->node = n;
    s->count = 1;
    return s;
}

static struct step *make_number(const struct making *m, const struct node *n)
{
    struct step *s = step_new(m, n);
    if (!s)
        return NULL;
    s->number = n->number;
    s->doubles = &s->number;
    return s;
}

static struct step *make_name(const struct making *m, const struct node *n)
{
    struct leaf leaf = {0};
    struct step *s = step_new(m, n);
    if (!s)
        return NULL;
    if (m->names->find(m->names->self, n, false, &leaf, m->e)) {
        err_place(m->e, n->where);
        return NULL;
    }
    s->extents = leaf.extents;
    s->count = extents_count(&leaf.extents);
    return s;
}

static struct step *refuse(const struct making *m, const struct node *n)
{
    char text[128];
    if (n->kind == NODE_STRING) {
        err_at(m->e, n->where, "the text \"%s\" is no number and no tensor", n->text);
        err_hint(m->e, "the names of tensors stand without quotes");
    } else if (n->kind == NODE_SHAPE) {
        err_at(m->e, n->where, "the shape \"%s\" is no number and no tensor",
               shape_text(&n->shape, text, sizeof text));
        err_hint(m->e, "a product is written with *, as in 10*100");
    } else {
        err_at(m->e, n->where, "\"?\" has no value here");
        err_hint(m->e,
                 "it stands in the value of a sweep: sweep hidden.activity = l1(?) over 0 1e-3");
    }
    return NULL;
}

/* The size of the i-th axis from the last; 1 beyond the first. */
static size_t size_from_last(const struct extents *x, uint32_t i)
{
    return i < x->axes ? x->size[x->axes - 1 - i] : 1;
}

static bool broadcast(const struct extents *a, const struct extents *b, struct extents *to)
{
    struct extents x = {.axes = a->axes > b->axes ? a->axes : b->axes};
    for (uint32_t i = 0; i < x.axes; i++) {
        size_t p = size_from_last(a, i), q = size_from_last(b, i);
        if (p != q && p != 1 && q != 1)
            return false;
        x.size[x.axes - 1 - i] = p == 1 ? q : p;
    }
    *to = x;
    return true;
}

static bool countable(const struct extents *x)
{
    size_t n = 1;
    for (uint32_t i = 0; i < x->axes; i++) {
        if (x->size[i] && n > SIZE_MAX / sizeof(double) / x->size[i])
            return false;
        n *= x->size[i];
    }
    return true;
}

static int fit(const struct making *m, struct step *s, const struct step *operand)
{
    char a[160], b[160];
    struct extents before = s->extents;
    if (!broadcast(&before, &operand->extents, &s->extents)) {
        err_at(m->e, s->node->where, "%s and %s do not fit", extents_text(&before, a, sizeof a),
               extents_text(&operand->extents, b, sizeof b));
        return err_hint(m->e, "counted from the last axis, sizes must be equal, or one of them 1");
    }
    if (countable(&s->extents))
        return 0;
    err_at(m->e, s->node->where, "a result of %s is too large",
           extents_text(&s->extents, a, sizeof a));
    return err_hint(m->e, "reduce the operands first");
}

static struct step *make_operation(const struct making *m, const struct node *n,
                                   const struct operation *op, const struct node *const *operand,
                                   uint32_t operands)
{
    struct step *s = step_new(m, n);
    if (!s)
        return NULL;
    s->op = op;
    s->operands = operands;
    for (uint32_t i = 0; i < operands; i++)
        if (!(s->operand[i] = make(m, operand[i])))
            return NULL;
    for (uint32_t i = 0; i < operands; i++)
        if (fit(m, s, s->operand[i]))
            return NULL;
    s->count = extents_count(&s->extents);
    return s;
}

/* What the parentheses of a call hold. */
struct call {
    const struct node *operand[OPERANDS];
    uint32_t operands;
    const struct call_arg *axis; /* or NULL */
};

static int read_arg(const struct making *m, const struct operation *op, const struct call_arg *arg,
                    struct call *call)
{
    if (!arg->name) {
        if (call->operands < OPERANDS)
            call->operand[call->operands] = arg->value;
        call->operands++;
        return 0;
    }
    if (strcmp(arg->name, "axis") != 0) {
        err_at(m->e, arg->key, "%s has no argument \"%s\"", op->entry.name, arg->name);
        return err_hint(m->e, "write %s", op->usage);
    }
    if (call->axis) {
        err_at(m->e, arg->key, "\"axis\" is given twice");
        return err_hint(m->e, "reduce one axis after the other: %s(%s(x, axis=0), axis=1)",
                        op->entry.name, op->entry.name);
    }
    call->axis = arg;
    return 0;
}

static int check_call(const struct making *m, const struct node *n, const struct operation *op,
                      const struct call *call)
{
    uint32_t k = call->operands;
    bool reduces = op->reduction && k == 1;
    if (!reduces && (k > OPERANDS || !op->of[k])) {
        err_at(m->e, n->where, "%s does not take %u %s", op->entry.name, (unsigned)k,
               k == 1 ? "value" : "values");
        return err_hint(m->e, "write %s", op->usage);
    }
    if (call->axis && !reduces) {
        err_at(m->e, call->axis->key, "%s of %u %s takes no \"axis\"", op->entry.name, (unsigned)k,
               k == 1 ? "value" : "values");
        return err_hint(m->e, "write %s", op->usage);
    }
    return 0;
}

/* The whole number that is written there, with or without a sign. */
static bool read_whole(const struct node *n, double *to)
{
    double sign = 1;
    if (n->kind == NODE_UNARY && (n->op == OP_MINUS || n->op == OP_PLUS)) {
        sign = n->op == OP_MINUS ? -1 : 1;
        n = n->child[0];
    }
    *to = sign * n->number;
    return n->kind == NODE_NUMBER && n->number == floor(n->number);
}

static int axis_hint(const struct making *m, const struct extents *x)
{
    if (!x->axes)
        return err_hint(m->e, "leave axis= out");
    if (x->axes == 1)
        return err_hint(m->e, "its only axis is 0");
    return err_hint(m->e, "its axes are 0 %s %u, or -1 for the last", x->axes == 2 ? "and" : "to",
                    (unsigned)x->axes - 1);
}

/* The number of an axis of `x`; counted from the end when it is negative. */
static int read_axis(const struct making *m, const struct node *value, const struct extents *x,
                     uint32_t *axis)
{
    char text[160];
    double number;
    if (!read_whole(value, &number)) {
        err_at(m->e, value->where, "\"axis\" takes a whole number that is written out");
        return axis_hint(m, x);
    }
    if (!x->axes) {
        err_at(m->e, value->where, "a single number has no axes");
        return axis_hint(m, x);
    }
    double counted = number < 0 ? number + x->axes : number;
    if (counted < 0 || counted >= x->axes) {
        char written[NUMBER_ROOM];
        err_at(m->e, value->where, "no axis %s in a tensor of %s", number_text(number, written),
               extents_text(x, text, sizeof text));
        return axis_hint(m, x);
    }
    *axis = (uint32_t)counted;
    return 0;
}

static void reduce_all(struct step *s)
{
    s->length = s->operand[0]->count;
    s->inner = 1;
    s->extents = (struct extents){0};
    s->count = 1;
}

static int reduce_axis(const struct making *m, struct step *s, const struct node *value)
{
    uint32_t axis = 0;
    if (read_axis(m, value, &s->extents, &axis))
        return -1;
    s->length = s->extents.size[axis];
    s->inner = 1;
    for (uint32_t i = axis + 1; i < s->extents.axes; i++)
        s->inner *= s->extents.size[i];
    s->extents.size[axis] = 1;
    s->count = extents_count(&s->extents);
    return 0;
}

static void hint_functions(struct err *e)
{
    size_t room = sizeof e->hint, at = (size_t)snprintf(e->hint, room, "there are");
    for (size_t i = 0; i < functions.rows && at < room; i++)
        at += (size_t)snprintf(e->hint + at, room - at, " %s", functions.row[i]->name);
}

static const struct operation *find_function(const struct making *m, const struct node *n)
{
    const struct entry *found = table_find(&functions, n->text);
    if (found)
        return (const struct operation *)found;
    struct span name = n->where;
    name.end = name.at + (uint32_t)strlen(n->text);
    err_at(m->e, name, "no function \"%s\"", n->text);
    struct nearest near = {0};
    nearest_in_table(&near, n->text, &functions);
    if (near.name)
        err_hint(m->e, "did you mean %s?", near.name);
    else
        hint_functions(m->e);
    return NULL;
}

static struct step *make_call(const struct making *m, const struct node *n)
{
    const struct operation *op = find_function(m, n);
    if (!op)
        return NULL;
    struct call call = {0};
    for (size_t i = 0; i < n->args; i++)
        if (read_arg(m, op, &n->arg[i], &call))
            return NULL;
    if (check_call(m, n, op, &call))
        return NULL;
    struct step *s = make_operation(m, n, op, call.operand, call.operands);
    if (!s || !op->reduction || call.operands != 1)
        return s;
    s->reduces = true;
    if (!call.axis)
        reduce_all(s);
    else if (reduce_axis(m, s, call.axis->value))
        return NULL;
    return s;
}

static struct step *make_operator(const struct making *m, const struct node *n)
{
    const struct node *operand[OPERANDS] = {n->child[0], n->child[1], n->child[2]};
    uint32_t k = n->kind == NODE_UNARY ? 1 : n->op == OP_NEAR && n->child[2] ? 3 : 2;
    return make_operation(m, n, operation_of(n->op), operand, k);
}

static struct step *make(const struct making *m, const struct node *n)
{
    switch (n->kind) {
    case NODE_NUMBER:
    case NODE_BOOL:
        return make_number(m, n);
    case NODE_PATH:
        return make_name(m, n);
    case NODE_CALL:
        return make_call(m, n);
    case NODE_UNARY:
    case NODE_BINARY:
        return make_operator(m, n);
    case NODE_SHAPE:
    case NODE_STRING:
    case NODE_HOLE:
        break;
    }
    return refuse(m, n);
}

struct step *plan_make(struct arena *arena, const struct node *n, const struct names *names,
                       struct err *e)
{
    const struct making m = {arena, names, e};
    return make(&m, n);
}
