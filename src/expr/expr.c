/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/flow.h"

#include <assert.h>
#include <string.h>

struct loading {
    const struct names *names;
    struct step *loaded; /* a list of the names that have their values */
    struct err *e;
};

static int find_values(const struct loading *l, const struct node *path, struct leaf *leaf)
{
    for (const struct step *s = l->loaded; s; s = s->next) {
        if (strcmp(s->node->text, path->text) == 0) {
            *leaf = (struct leaf){s->extents, s->number, s->reals};
            return 0;
        }
    }
    if (l->names->find(l->names->self, path, true, leaf, l->e))
        return err_place(l->e, path->where);
    return 0;
}

/* Gives all names their values. */
static int load(struct loading *l, struct step *s)
{
    for (uint32_t i = 0; i < s->operands; i++)
        if (load(l, s->operand[i]))
            return -1;
    if (s->op || step_has_values(s))
        return 0;
    struct leaf leaf = {0};
    if (find_values(l, s->node, &leaf))
        return -1;
    assert(extents_same(&leaf.extents, &s->extents));
    s->number = leaf.number;
    if (s->extents.axes)
        s->reals = leaf.reals;
    else
        s->doubles = &s->number;
    s->next = l->loaded;
    l->loaded = s;
    return 0;
}

static int compute(struct step *s, const struct names *names, struct tensor *to, struct err *e)
{
    struct loading l = {.names = names, .e = e};
    if (load(&l, s) || step_prepare(s, e) || (!s->own && step_hold(s, e)) ||
        stop_check(names->stop, e)) {
        step_release(s);
        return -1;
    }
    to->extents = s->extents;
    to->item = s->own;
    s->own = NULL;
    step_release(s);
    return 0;
}

static int check_number(const struct step *s, struct err *e)
{
    char text[160];
    if (!s->extents.axes)
        return 0;
    err_at(e, s->node->where, "this is a tensor of %s, and a single number is needed",
           extents_text(&s->extents, text, sizeof text));
    return err_hint(e, "use mean(...), sum(...) or another reduction");
}

int expr_check(const struct node *n, const struct names *names, struct extents *x, struct err *e)
{
    struct arena arena = {0};
    const struct step *s = plan_make(&arena, n, names, e);
    if (s)
        *x = s->extents;
    arena_finish(&arena);
    return s ? 0 : -1;
}

int expr_check_number(const struct node *n, const struct names *names, struct err *e)
{
    struct arena arena = {0};
    const struct step *s = plan_make(&arena, n, names, e);
    int result = s ? check_number(s, e) : -1;
    arena_finish(&arena);
    return result;
}

int expr_eval(const struct node *n, const struct names *names, struct tensor *to, struct err *e)
{
    struct arena arena = {0};
    struct step *s = plan_make(&arena, n, names, e);
    int result = s ? compute(s, names, to, e) : -1;
    arena_finish(&arena);
    return result;
}

int expr_number(const struct node *n, const struct names *names, double *to, struct err *e)
{
    struct arena arena = {0};
    struct tensor value = {0};
    struct step *s = plan_make(&arena, n, names, e);
    int result = s && !check_number(s, e) ? compute(s, names, &value, e) : -1;
    if (!result)
        *to = value.item[0];
    tensor_finish(&value);
    arena_finish(&arena);
    return result;
}
