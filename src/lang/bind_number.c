/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, shapes, yes and no. */
#include "lang/bind_number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double huge = 1e300;        /* a bound beyond it is no bound */
static const double most_whole = 0x1p53; /* beyond it doubles skip whole numbers */

static bool has_low(const struct arg_spec *s)
{
    return (s->min != 0 || s->max != 0) && s->min > -huge;
}

static bool has_high(const struct arg_spec *s)
{
    return (s->min != 0 || s->max != 0) && s->max < huge;
}

/* "from 1 to 1000000" and the like, with a blank before it; nothing if any number will do. */
static void add_range(struct str *to, const struct arg_spec *s)
{
    char low[NUMBER_ROOM], high[NUMBER_ROOM];
    number_text(s->min, low);
    number_text(s->max, high);
    if (has_low(s) && has_high(s))
        str_addf(to, s->above ? " above %s and at most %s" : " from %s to %s", low, high);
    else if (has_low(s))
        str_addf(to, s->above ? " above %s" : " of %s or more", low);
    else if (has_high(s))
        str_addf(to, " of at most %s", high);
}

static int no_number(struct binding *x, const struct node *n, const double *value)
{
    char text[SHOWN_ROOM], number[NUMBER_ROOM];
    const struct arg_spec *s = x->spec;
    struct str range = {0};
    if (value && *value < 0 && strcmp(s->name, "strength") == 0 && s->min == 0 && !s->above)
        return err_at(x->e, n->where, "a strength is 0 or more");
    if (s->type == ARG_WHOLE || s->type == ARG_NUMBER || s->type == ARG_NUMBERS)
        add_range(&range, s);
    bool written = n->kind == NODE_NUMBER || n->kind == NODE_UNARY;
    err_at(x->e, n->where, "%s is a %s%s, not %s%s%s", s->name,
           s->type == ARG_WHOLE ? "whole number" : "number", range.text ? range.text : "",
           binding_shown(x, n, text), value && !written ? ", which is " : "",
           value && !written ? number_text(*value, number) : "");
    str_finish(&range);
    return -1;
}

static bool literal_number(const struct node *n, double *value)
{
    double sign = 1;
    for (; n->kind == NODE_UNARY && n->op != OP_NOT; n = n->child[0])
        sign = n->op == OP_MINUS ? -sign : sign;
    *value = sign * n->number;
    return n->kind == NODE_NUMBER;
}

/* Any number, whatever the range. */
static int read_number(struct binding *x, const struct node *n, double *value)
{
    if (literal_number(n, value))
        return 0;
    if (n->kind == NODE_HOLE) {
        err_at(x->e, n->where, "no value stands for this ?");
        return err_hint(x->e, "? is the value of a sweep: sweep a.b = l1(?) over 0 1 { ... }");
    }
    if (n->kind == NODE_STRING || n->kind == NODE_SHAPE || n->kind == NODE_BOOL || !x->b->number)
        return no_number(x, n, NULL);
    if (x->b->number(x->b->self, n, value, x->e))
        return err_place(x->e, n->where);
    return isfinite(*value) ? 0 : no_number(x, n, value);
}

static bool in_range(const struct arg_spec *s, double v)
{
    if (has_low(s) && (s->above ? v <= s->min : v < s->min))
        return false;
    return !has_high(s) || v <= s->max;
}

/* What is smaller than the numbers that are computed with would count as 0 in one place and not in
 * another. */
static int too_small(struct binding *x, const struct node *n, double value)
{
    char number[NUMBER_ROOM], least[NUMBER_ROOM];
    if (value == 0 || fabs(value) >= x->spec->least)
        return 0;
    err_at(x->e, n->where, "%s is %s, which is too small to count: the smallest number is %s",
           x->spec->name, number_text(value, number), number_text(x->spec->least, least));
    return err_hint(x->e, "write 0, or a larger one");
}

/* An expression whose value is not asked for now. */
static bool waits_for_number(const struct binding *x, const struct node *n)
{
    double value;
    const bool worded = n->kind == NODE_STRING || n->kind == NODE_SHAPE || n->kind == NODE_BOOL ||
                        n->kind == NODE_HOLE;
    return x->b->later && !worded && !literal_number(n, &value);
}

static int tell_later(struct binding *x, const struct node *n)
{
    return x->b->later ? x->b->later(x->b->notes, n, x->spec, x->to, x->e) : 0;
}

static int check_number(struct binding *x, const struct node *n, double value)
{
    return in_range(x->spec, value) ? too_small(x, n, value) : no_number(x, n, &value);
}

static bool is_whole(const struct arg_spec *s, double v)
{
    return v == floor(v) && fabs(v) <= most_whole && in_range(s, v);
}

int binding_number(struct binding *x, const struct node *n, double *value)
{
    *value = 0;
    if (!waits_for_number(x, n) && (read_number(x, n, value) || check_number(x, n, *value)))
        return -1;
    return tell_later(x, n);
}

int binding_whole(struct binding *x, const struct node *n)
{
    double v = 0;
    if (!waits_for_number(x, n) && read_number(x, n, &v))
        return -1;
    if (!waits_for_number(x, n) && !is_whole(x->spec, v))
        return no_number(x, n, &v);
    x->to->as.whole = (long)v;
    return tell_later(x, n);
}

int binding_take(struct binding *x, const struct node *n, double value)
{
    const bool whole = x->spec->type == ARG_WHOLE;
    if (!isfinite(value) || (whole && !is_whole(x->spec, value)))
        return no_number(x, n, &value);
    if (whole)
        x->to->as.whole = (long)value;
    else if (check_number(x, n, value))
        return -1;
    else
        x->to->as.number = value;
    return 0;
}

int binding_bool(struct binding *x, const struct node *n)
{
    char text[SHOWN_ROOM];
    const struct node *tree = binding_resolve(x, n);
    if (tree->kind == NODE_BOOL) {
        x->to->as.yes = tree->number != 0;
        return 0;
    }
    err_at(x->e, n->where, "%s is yes or no, not %s", x->spec->name, binding_shown(x, n, text));
    if (tree->kind == NODE_NUMBER && (tree->number == 0 || tree->number == 1))
        return err_hint(x->e, "write %s", tree->number == 0 ? "no" : "yes");
    return -1;
}

int binding_shape(struct binding *x, const struct node *n)
{
    const double most = 2147483647;
    char text[SHOWN_ROOM];
    double v = 0;
    const struct node *tree = binding_resolve(x, n);
    if (tree->kind == NODE_SHAPE) {
        x->to->as.shape = tree->shape;
        return 0;
    }
    bool worded = tree->kind == NODE_STRING || tree->kind == NODE_BOOL;
    if (!worded && read_number(x, n, &v))
        return -1;
    if (!worded && v == floor(v) && v >= 1 && v <= most) {
        x->to->as.shape = shape_of((uint32_t)v);
        return 0;
    }
    err_at(x->e, n->where, "%s is no shape", binding_shown(x, n, text));
    return err_hint(x->e, "shapes are 64 or 10x100, of sizes from 1");
}
