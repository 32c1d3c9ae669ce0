/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/plan.h"

#include "expr/call.h"

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
    s->stop = m->names->stop;
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

static struct step *make_elements(const struct making *m, const struct node *n,
                                  const struct application *a)
{
    struct step *s = step_new(m, n);
    if (!s)
        return NULL;
    s->op = a->op;
    s->operands = a->operands;
    for (uint32_t i = 0; i < a->operands; i++)
        if (!(s->operand[i] = make(m, a->operand[i])))
            return NULL;
    for (uint32_t i = 0; i < a->operands; i++)
        if (fit(m, s, s->operand[i]))
            return NULL;
    s->count = extents_count(&s->extents);
    return s;
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
    double number;
    if (axis_number(value, &s->extents, &number, m->e) ||
        axis_find(number, value->where, &s->extents, &axis, m->e))
        return -1;
    s->length = s->extents.size[axis];
    s->inner = 1;
    for (uint32_t i = axis + 1; i < s->extents.axes; i++)
        s->inner *= s->extents.size[i];
    s->extents.size[axis] = 1;
    s->count = extents_count(&s->extents);
    return 0;
}

static struct step *make_operation(const struct making *m, const struct node *n)
{
    struct application a;
    if (application_read(n, &a, m->e))
        return NULL;
    struct step *s = make_elements(m, n, &a);
    if (!s || !a.reduces)
        return s;
    s->reduces = true;
    if (!a.axis)
        reduce_all(s);
    else if (reduce_axis(m, s, a.axis->value))
        return NULL;
    return s;
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
    case NODE_UNARY:
    case NODE_BINARY:
        return make_operation(m, n);
    case NODE_SHAPE:
    case NODE_STRING:
    case NODE_HOLE:
        break;
    }
    no_value(n, m->e);
    return NULL;
}

struct step *plan_make(struct arena *arena, const struct node *n, const struct names *names,
                       struct err *e)
{
    const struct making m = {arena, names, e};
    return make(&m, n);
}
