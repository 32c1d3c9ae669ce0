/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/call.h"

#include "expr/functions.h"
#include "expr/operators.h"

#include <stdio.h>
#include <string.h>

static int read_arg(const struct call_arg *arg, struct application *to, struct err *e)
{
    const struct operation *op = to->op;
    if (!arg->name) {
        if (to->operands < OPERANDS)
            to->operand[to->operands] = arg->value;
        to->operands++;
        return 0;
    }
    if (strcmp(arg->name, "axis") != 0) {
        err_at(e, arg->key, "%s has no argument \"%s\"", op->entry.name, arg->name);
        return err_hint(e, "write %s", op->usage);
    }
    if (to->axis) {
        err_at(e, arg->key, "\"axis\" is given twice");
        return err_hint(e, "reduce one axis after the other: %s(%s(x, axis=0), axis=1)",
                        op->entry.name, op->entry.name);
    }
    to->axis = arg;
    return 0;
}

static int check_call(const struct node *n, struct application *to, struct err *e)
{
    const struct operation *op = to->op;
    uint32_t k = to->operands;
    to->reduces = op->reduction && k == 1;
    const uint32_t least = op->asks_least ? op->asks_least : op->asks;
    const bool asked = op->asks && k >= least && k <= op->asks;
    const bool transposes = op->transposes && k == 1;
    if (!to->reduces && !asked && !transposes && (k > OPERANDS || !op->of[k])) {
        err_at(e, n->where, "%s does not take %u %s", op->entry.name, (unsigned)k,
               k == 1 ? "value" : "values");
        return err_hint(e, "write %s", op->usage);
    }
    if (to->axis && !to->reduces) {
        err_at(e, to->axis->key, "%s of %u %s takes no \"axis\"", op->entry.name, (unsigned)k,
               k == 1 ? "value" : "values");
        return err_hint(e, "write %s", op->usage);
    }
    return 0;
}

static void hint_functions(struct err *e)
{
    size_t room = sizeof e->hint, at = (size_t)snprintf(e->hint, room, "there are");
    for (size_t i = 0; i < functions.rows && at < room; i++)
        at += (size_t)snprintf(e->hint + at, room - at, " %s", functions.row[i]->name);
}

static const struct operation *find_function(const struct node *n, struct err *e)
{
    const struct entry *found = table_find(&functions, n->text);
    if (found)
        return (const struct operation *)found;
    struct span name = n->where;
    name.end = name.at + (uint32_t)strlen(n->text);
    err_at(e, name, "no function \"%s\"", n->text);
    struct nearest near = {0};
    nearest_in_table(&near, n->text, &functions);
    if (near.name)
        err_hint(e, "did you mean %s?", near.name);
    else
        hint_functions(e);
    return NULL;
}

int application_read(const struct node *n, struct application *to, struct err *e)
{
    *to = (struct application){.operand = {n->child[0], n->child[1], n->child[2]}};
    if (n->kind != NODE_CALL) {
        to->op = operation_of(n->op);
        to->operands = n->kind == NODE_UNARY ? 1 : n->op == OP_NEAR && n->child[2] ? 3 : 2;
        return 0;
    }
    if (!(to->op = find_function(n, e)))
        return -1;
    for (size_t i = 0; i < n->args; i++)
        if (read_arg(&n->arg[i], to, e))
            return -1;
    return check_call(n, to, e);
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

static int axis_hint(const struct dims *x, struct err *e)
{
    if (!x)
        return err_hint(e, "write axis=0, or axis=-1 for the last");
    if (!x->axes)
        return err_hint(e, "leave axis= out");
    if (x->axes == 1)
        return err_hint(e, "its only axis is 0");
    return err_hint(e, "its axes are 0 %s %u, or -1 for the last", x->axes == 2 ? "and" : "to",
                    (unsigned)x->axes - 1);
}

int axis_number(const struct node *value, const struct dims *x, double *number, struct err *e)
{
    if (read_whole(value, number))
        return 0;
    err_at(e, value->where, "\"axis\" takes a whole number that is written out");
    return axis_hint(x, e);
}

int axis_find(double number, struct span where, const struct dims *x, uint32_t *axis, struct err *e)
{
    char text[160], written[NUMBER_ROOM];
    if (!x->axes) {
        err_at(e, where, "a single number has no axes");
        return axis_hint(x, e);
    }
    double counted = number < 0 ? number + x->axes : number;
    if (counted < 0 || counted >= x->axes) {
        err_at(e, where, "no axis %s in a tensor of %s", number_text(number, written),
               dims_text(x, text, sizeof text));
        return axis_hint(x, e);
    }
    *axis = (uint32_t)counted;
    return 0;
}

int no_value(const struct node *n, struct err *e)
{
    char text[128];
    if (n->kind == NODE_STRING) {
        err_at(e, n->where, "the text \"%s\" is no number and no tensor", n->text);
        return err_hint(e, "the names of tensors stand without quotes");
    }
    if (n->kind == NODE_SHAPE) {
        err_at(e, n->where, "the shape \"%s\" is no number and no tensor",
               shape_text(&n->shape, text, sizeof text));
        return err_hint(e, "a product is written with *, as in 10*100");
    }
    err_at(e, n->where, "\"?\" has no value here");
    return err_hint(e,
                    "it stands in the value of a sweep: sweep hidden.activity = l1(?) over 0 1e-3");
}
