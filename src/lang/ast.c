/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees back to text. */
#include "lang/ast.h"

#include <string.h>

/* How tightly each operator binds, and its text. */
static const struct {
    const char *text;
    int tight;
} operators[] = {
    [OP_OR] = {" or ", 1}, [OP_AND] = {" and ", 2}, [OP_NOT] = {"not ", 3}, [OP_LT] = {" < ", 4},
    [OP_LE] = {" <= ", 4}, [OP_GT] = {" > ", 4},    [OP_GE] = {" >= ", 4},  [OP_EQ] = {" == ", 4},
    [OP_NE] = {" != ", 4}, [OP_NEAR] = {" ~ ", 4},  [OP_ADD] = {" + ", 5},  [OP_SUB] = {" - ", 5},
    [OP_MUL] = {"*", 6},   [OP_DIV] = {"/", 6},     [OP_MINUS] = {"-", 7},  [OP_PLUS] = {"+", 7},
    [OP_POW] = {"^", 8},
};
enum { TIGHT_COMPARE = 4, TIGHT_SIGN = 7, TIGHT_POWER = 8, TIGHT_PRIMARY = 9 };

static int node_tightness(const struct node *n)
{
    return n->kind == NODE_UNARY || n->kind == NODE_BINARY ? operators[n->op].tight : TIGHT_PRIMARY;
}

/* `n` where at least the tightness `least` is due. */
static void print_part(struct str *to, const struct node *n, int least)
{
    bool bracket = node_tightness(n) < least;
    str_add(to, bracket ? "(" : "");
    node_print(to, n);
    str_add(to, bracket ? ")" : "");
}

static void print_binary(struct str *to, const struct node *n)
{
    int own = node_tightness(n);
    /* A comparison does not chain; a power goes from right to left and takes a sign there. */
    int left = own == TIGHT_COMPARE || own == TIGHT_POWER ? own + 1 : own;
    int right = own == TIGHT_POWER ? TIGHT_SIGN : own + 1;
    print_part(to, n->child[0], left);
    str_add(to, operators[n->op].text);
    print_part(to, n->child[1], right);
    if (n->op == OP_NEAR && n->child[2]) {
        str_add(to, " within ");
        print_part(to, n->child[2], right);
    }
}

static void print_string(struct str *to, const char *text)
{
    str_add(to, "\"");
    for (; *text; text++) {
        switch (*text) {
        case '"':
        case '\\':
            str_addf(to, "\\%c", *text);
            break;
        case '\n':
            str_add(to, "\\n");
            break;
        case '\t':
            str_add(to, "\\t");
            break;
        default:
            str_bytes(to, text, 1);
        }
    }
    str_add(to, "\"");
}

static void print_call(struct str *to, const struct node *n)
{
    str_addf(to, "%s(", n->text);
    for (size_t i = 0; i < n->args; i++) {
        str_add(to, i ? ", " : "");
        if (n->arg[i].name)
            str_addf(to, "%s=", n->arg[i].name);
        node_print(to, n->arg[i].value);
    }
    str_add(to, ")");
}

void node_print(struct str *to, const struct node *n)
{
    char text[128];
    switch (n->kind) {
    case NODE_NUMBER:
        str_add(to, n->text ? n->text : number_exact(n->number, text));
        break;
    case NODE_SHAPE:
        str_add(to, shape_text(&n->shape, text, sizeof text));
        break;
    case NODE_STRING:
        print_string(to, n->text);
        break;
    case NODE_BOOL:
        str_add(to, n->number != 0 ? "yes" : "no");
        break;
    case NODE_PATH:
        str_add(to, n->text);
        break;
    case NODE_CALL:
        print_call(to, n);
        break;
    case NODE_HOLE:
        str_add(to, "?");
        break;
    case NODE_UNARY:
        str_add(to, operators[n->op].text);
        print_part(to, n->child[0], node_tightness(n));
        break;
    case NODE_BINARY:
        print_binary(to, n);
        break;
    }
}

/* Values one behind the other, with `between` where no | stands. */
static void print_list(struct str *to, struct node *const *value, size_t values,
                       const uint32_t *bar_at, size_t bars, const char *between,
                       const struct stop *stop)
{
    size_t bar = 0;
    for (size_t i = 0; i <= values && !stop_asked_at(stop, i); i++) {
        bool barred = bar < bars && bar_at[bar] == i;
        for (; bar < bars && bar_at[bar] == i; bar++)
            str_add(to, " |");
        if (i == values)
            break;
        str_add(to, i && !barred ? between : " ");
        node_print(to, value[i]);
    }
}

static void print_pair(struct str *to, const struct pair *p)
{
    bool wide = p->target->kind == NODE_CALL || strchr(p->target->text, '.') ||
                p->value[0]->kind == NODE_BINARY;
    str_add(to, " ");
    node_print(to, p->target);
    str_add(to, wide ? " = " : "=");
    for (size_t i = 0; i < p->values; i++) {
        str_add(to, i ? ", " : "");
        node_print(to, p->value[i]);
    }
}

static void print_clause(struct str *to, const struct clause *c, const struct stop *stop)
{
    bool names = strcmp(c->word, "on") == 0 || strcmp(c->word, "of") == 0;
    str_addf(to, " %s", c->word);
    print_list(to, c->value, c->values, c->bar_at, c->bars, names ? ", " : " ", stop);
}

static void print_side(struct str *to, const double *cell, size_t cells, const uint32_t *border,
                       uint32_t borders)
{
    char text[NUMBER_ROOM];
    uint32_t bar = 0;
    for (size_t i = 0; i < cells; i++) {
        if (bar < borders && border[bar] == i) {
            str_add(to, " |");
            bar++;
        }
        str_addf(to, " %s", number_exact(cell[i], text));
    }
}

static void print_rows(struct str *to, const struct rows *r, const struct stop *stop)
{
    const double *cell = r->cell;
    for (size_t i = 0; i < r->count && !stop_asked_at(stop, i); i++) {
        str_add(to, i ? " ;" : "");
        print_side(to, cell, r->inputs, r->input_border, r->borders);
        cell += r->inputs;
        str_add(to, r->targets ? " ->" : "");
        print_side(to, cell, r->targets, r->target_border, r->tborders);
        cell += r->targets;
    }
}

static void print_body(struct str *to, const struct script *body, const struct stop *stop)
{
    for (size_t i = 0; i < body->count && !stop_asked_at(stop, i); i++) {
        str_add(to, i ? "; " : " ");
        statement_print(to, &body->statement[i], stop);
    }
}

void statement_print(struct str *to, const struct statement *s, const struct stop *stop)
{
    str_add(to, s->verb);
    print_list(to, s->value, s->values, s->bar_at, s->bars, " ", stop);
    for (size_t i = 0; i < s->pairs; i++)
        if (!s->pair[i].unrecorded)
            print_pair(to, &s->pair[i]);
    for (size_t i = 0; i < s->clauses; i++)
        print_clause(to, &s->clause[i], stop);
    if (s->rows || s->body)
        str_add(to, " {");
    if (s->rows)
        print_rows(to, s->rows, stop);
    if (s->body)
        print_body(to, s->body, stop);
    if (s->rows || s->body)
        str_add(to, " }");
}
