/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas of penalties as Python. Functions are those of the parts, f_sum and so on. */
#include "cmd/export/formula_text.h"

#include "cmd/export/python.h"

#include "expr/functions.h"
#include "expr/ops.h"
#include "lang/parse.h"

#include <stdio.h>
#include <string.h>

struct writing {
    const struct exported *script;
    struct str *to;
    const struct formula_names *names;
    bool failed;
};

static void write_node(struct writing *w, const struct node *n);

static bool is_batch(const struct writing *w, const struct node *n);

static bool keeps_batch(const struct writing *w, const struct node *n)
{
    const struct operation *op = (const struct operation *)table_find(&functions, n->text);
    bool batch = false, axis = false;
    for (size_t i = 0; i < n->args; i++) {
        const struct node *value = n->arg[i].value;
        const bool names = n->arg[i].name && strcmp(n->arg[i].name, "axis") == 0;
        axis = axis || (names && !(value->kind == NODE_NUMBER && value->number == 0));
        batch = batch || (!names && is_batch(w, value));
    }
    return batch && op && !op->transposes && (axis || !op->reduction || n->args > 1);
}

/* Whether axis 0 of a part of the formula counts samples. */
static bool is_batch(const struct writing *w, const struct node *n)
{
    if (!w->names->counts_samples)
        return false;
    if (n->kind == NODE_PATH)
        return w->names->counts_samples(w->names->self, n->text);
    if (n->kind == NODE_CALL)
        return keeps_batch(w, n);
    return (n->kind == NODE_UNARY && is_batch(w, n->child[0])) ||
           (n->kind == NODE_BINARY && (is_batch(w, n->child[0]) || is_batch(w, n->child[1])));
}

/* An operand beside another one. */
static void write_operand(struct writing *w, const struct node *n, const struct node *other)
{
    const bool turns = n->kind != NODE_NUMBER && !is_batch(w, n) && is_batch(w, other);
    str_add(w->to, turns ? "beside(" : "");
    write_node(w, n);
    if (!turns)
        return;
    str_add(w->to, ", ");
    write_node(w, other);
    str_add(w->to, ")");
}

static const char *operator_text(enum op op)
{
    switch (op) {
    case OP_LT:
        return "<";
    case OP_LE:
        return "<=";
    case OP_GT:
        return ">";
    case OP_GE:
        return ">=";
    case OP_EQ:
        return "==";
    case OP_NE:
        return "!=";
    case OP_ADD:
        return "+";
    case OP_SUB:
        return "-";
    case OP_MUL:
        return "*";
    case OP_DIV:
        return "/";
    default:
        return NULL;
    }
}

/* (A != 0) & (B != 0), and numbers of it. */
static void write_logic(struct writing *w, const struct node *n)
{
    str_add(w->to, "(((");
    write_node(w, n->child[0]);
    str_addf(w->to, ") != 0) %s ((", n->op == OP_AND ? "&" : "|");
    write_node(w, n->child[1]);
    str_add(w->to, ") != 0)) * 1.0");
}

static void write_binary(struct writing *w, const struct node *n)
{
    const char *text = operator_text(n->op);
    const bool compares = n->op >= OP_LT && n->op <= OP_NE;
    if (n->op == OP_AND || n->op == OP_OR) {
        write_logic(w, n);
        return;
    }
    if (!text && n->op != OP_POW) {
        w->failed = true;
        return;
    }
    str_add(w->to, text ? "(" : "power(");
    write_operand(w, n->child[0], n->child[1]);
    str_addf(w->to, text ? " %s " : ", ", text);
    write_operand(w, n->child[1], n->child[0]);
    str_add(w->to, compares ? ") * 1.0" : ")");
}

static void write_unary(struct writing *w, const struct node *n)
{
    str_add(w->to, n->op == OP_NOT ? "((" : n->op == OP_MINUS ? "(-" : "(");
    write_node(w, n->child[0]);
    str_add(w->to, n->op == OP_NOT ? ") == 0) * 1.0" : ")");
}

static void write_call(struct writing *w, const struct node *n)
{
    char name[80];
    snprintf(name, sizeof name, "f_%.70s", n->text);
    if (!python_mentions(w->script->parts, name))
        w->failed = true;
    str_addf(w->to, "%s(", name);
    for (size_t i = 0; i < n->args; i++) {
        str_add(w->to, i ? ", " : "");
        if (n->arg[i].name)
            str_addf(w->to, "%s=", n->arg[i].name);
        if (n->args == 2 && !n->arg[0].name && !n->arg[1].name)
            write_operand(w, n->arg[i].value, n->arg[1 - i].value);
        else
            write_node(w, n->arg[i].value);
    }
    str_add(w->to, ")");
}

static void write_node(struct writing *w, const struct node *n)
{
    /* A comparison and its factor belong together. */
    if (n->kind == NODE_NUMBER)
        python_number(w->to, n->number);
    else if (n->kind == NODE_PATH)
        w->failed = !w->names->find(w->names->self, w->to, n->text) || w->failed;
    else if (n->kind == NODE_CALL)
        write_call(w, n);
    else if (n->kind == NODE_UNARY || n->kind == NODE_BINARY) {
        str_add(w->to, "(");
        (n->kind == NODE_UNARY ? write_unary : write_binary)(w, n);
        str_add(w->to, ")");
    } else
        w->failed = true;
}

bool script_formula(const struct exported *s, struct str *to, const char *formula,
                    const struct formula_names *names)
{
    struct writing w = {s, to, names, false};
    struct arena arena = {0};
    struct node *tree;
    struct err e = {0};
    if (parse_value(&arena, formula, strlen(formula), 0, &tree, &e) == PARSE_OK)
        write_node(&w, tree);
    else
        w.failed = true;
    arena_finish(&arena);
    return !w.failed;
}
