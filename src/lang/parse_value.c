/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values: expressions, from `or` down to names and numbers. */
#include "lang/parse_value.h"

#include <string.h>

typedef struct node *level(struct parser *p);

/* Puts `child` under `on`. */
static int heighten(struct parser *p, struct node *on, const struct node *child)
{
    if (child && child->height >= on->height)
        on->height = child->height + 1;
    if (on->height <= NODE_HEIGHT_MOST)
        return 0;
    err_at(p->e, on->where, "this expression is too long");
    return err_hint(p->e, "split it with let");
}

/* The operator between `a` and what `right` reads behind it. */
static struct node *join_nodes(struct parser *p, enum op op, struct node *a, level *right)
{
    if (parser_advance(p))
        return NULL;
    struct node *b = right(p);
    struct node *n = b ? parser_node(p, NODE_BINARY, span_join(a->where, b->where)) : NULL;
    if (!n)
        return NULL;
    n->op = op;
    n->child[0] = a;
    n->child[1] = b;
    return heighten(p, n, a) || heighten(p, n, b) ? NULL : n;
}

static struct node *parse_unary(struct parser *p, enum op op, level *operand)
{
    struct span where = p->now.where;
    if (parser_advance(p) || parser_down(p))
        return NULL;
    struct node *a = operand(p);
    struct node *n = a ? parser_node(p, NODE_UNARY, span_join(where, a->where)) : NULL;
    if (!n)
        return NULL;
    parser_up(p);
    n->op = op;
    n->child[0] = a;
    return heighten(p, n, a) ? NULL : n;
}

static bool at_word(const struct parser *p, enum word word)
{
    return p->now.kind == TOKEN_WORD && p->now.word == word && !p->now.before_equals;
}

bool parser_at_clause(const struct parser *p)
{
    bool function = p->now.kind == TOKEN_WORD && p->now.opens && strcmp(p->now.text, "max") == 0;
    return at_word(p, WORD_CLAUSE) && !function;
}

bool parser_at_value(const struct parser *p)
{
    switch (p->now.kind) {
    case TOKEN_WORD:
        return !parser_at_clause(p) && !at_word(p, WORD_AND) && !at_word(p, WORD_OR) &&
               !at_word(p, WORD_WITHIN);
    case TOKEN_NUMBER:
    case TOKEN_SHAPE:
    case TOKEN_STRING:
    case TOKEN_HOLE:
    case TOKEN_OPEN:
    case TOKEN_PLUS:
    case TOKEN_MINUS:
        return true;
    default:
        return false;
    }
}

void *parser_no_equals(struct parser *p)
{
    err_at(p->e, p->now.where, "a comparison is == (or ~ within)");
    err_hint(p->e, "before a single = stands a key: one word, outside ( )");
    return NULL;
}

static struct node *no_value(struct parser *p)
{
    char text[64];
    if (p->now.kind == TOKEN_NEWLINE || p->now.kind == TOKEN_END) {
        err_at(p->e, parser_missing(p), "a value is missing");
        err_hint(p->e, "a statement ends with its line; a \\ at the end carries it on");
    } else if (p->now.kind == TOKEN_WORD) {
        err_at(p->e, p->now.where, "\"%s\" is a word of the language and no value",
               parser_shown(p, text, sizeof text));
    } else if (p->now.kind == TOKEN_ASSIGN) {
        parser_no_equals(p);
    } else {
        err_at(p->e, p->now.where, "a value is missing before \"%s\"",
               parser_shown(p, text, sizeof text));
        if (p->now.kind == TOKEN_STAR)
            err_hint(p->e, "a power is x^2");
    }
    return NULL;
}

/* Past the ) of a group or a call, whose arguments `list` may go on with a comma. */
static int close_bracket(struct parser *p, bool list)
{
    if (p->now.kind == TOKEN_CLOSE) {
        p->brackets--;
        parser_up(p);
        return parser_advance(p);
    }
    if (p->now.kind == TOKEN_ASSIGN) {
        parser_no_equals(p);
        return -1;
    }
    err_at(p->e, parser_missing(p), list ? "a , or ) is missing" : "a ) is missing");
    return err_hint(p->e, "what stands in ( ) ends on its line");
}

static int open_bracket(struct parser *p)
{
    p->brackets++;
    return parser_down(p) || parser_advance(p) ? -1 : 0;
}

static struct node *parse_group(struct parser *p)
{
    struct span open = p->now.where;
    if (open_bracket(p))
        return NULL;
    struct node *n = parser_value(p);
    if (!n)
        return NULL;
    uint32_t end = p->now.where.end;
    if (close_bracket(p, false))
        return NULL;
    n->where = (struct span){open.source, open.at, end};
    return n;
}

static int read_arg(struct parser *p, struct call_arg *a)
{
    bool named = p->now.kind == TOKEN_WORD && p->now.before_equals && !strchr(p->now.text, '.');
    if (named) {
        a->name = p->now.text;
        a->key = p->now.where;
        if (parser_advance(p))
            return -1;
        if (parser_advance(p))
            return -1;
    }
    a->value = parser_value(p);
    if (!a->value)
        return -1;
    if (!named)
        a->key = a->value->where;
    return 0;
}

static struct node *parse_call(struct parser *p, struct node *name)
{
    if (open_bracket(p))
        return NULL;
    name->kind = NODE_CALL;
    while (p->now.kind != TOKEN_CLOSE || name->args) {
        if (parser_more(p, &name->arg, name->args, sizeof *name->arg) ||
            read_arg(p, &name->arg[name->args]) || heighten(p, name, name->arg[name->args].value))
            return NULL;
        name->args++;
        bool more;
        if (parser_take(p, TOKEN_COMMA, &more))
            return NULL;
        if (!more)
            break;
    }
    uint32_t end = p->now.where.end;
    if (close_bracket(p, true))
        return NULL;
    name->where.end = end;
    return name;
}

static int plain_names(struct parser *p)
{
    char part[64];
    for (const char *at = p->now.text; *at;) {
        size_t n = strcspn(at, ".");
        size_t kept = n < sizeof part ? n : sizeof part - 1;
        memcpy(part, at, kept);
        part[kept] = 0;
        if (word_of(part) != WORD_NAME) {
            err_at(p->e, p->now.where, "\"%s\" is a word of the language and no name", part);
            return -1;
        }
        at += n + (at[n] == '.');
    }
    return 0;
}

struct node *parser_word(struct parser *p)
{
    struct node *n = parser_node(p, NODE_PATH, p->now.where);
    if (!n)
        return NULL;
    n->text = p->now.text;
    return parser_advance(p) ? NULL : n;
}

static struct node *parse_word(struct parser *p)
{
    struct token t = p->now;
    if (t.before_equals)
        return parser_word(p);
    if (!parser_at_value(p))
        return no_value(p);
    if (strchr(t.text, '.') && plain_names(p))
        return NULL;
    struct node *n = parser_word(p);
    if (!n)
        return NULL;
    if (t.word == WORD_YES || t.word == WORD_NO) {
        n->kind = NODE_BOOL;
        n->number = t.word == WORD_YES;
        return n;
    }
    if (!t.opens)
        return n;
    if (!strchr(t.text, '.'))
        return parse_call(p, n);
    err_at(p->e, t.where, "\"%.60s\" is no function", t.text);
    err_hint(p->e, "a ( touches the name that it calls, and that is one word");
    return NULL;
}

static struct node *parse_literal(struct parser *p, enum node_kind kind)
{
    struct node *n = parser_node(p, kind, p->now.where);
    if (!n)
        return NULL;
    n->text = p->now.text;
    n->number = p->now.number;
    n->shape = p->now.shape;
    return parser_advance(p) ? NULL : n;
}

static struct node *parse_primary(struct parser *p)
{
    switch (p->now.kind) {
    case TOKEN_NUMBER:
        return parse_literal(p, NODE_NUMBER);
    case TOKEN_SHAPE:
        return parse_literal(p, NODE_SHAPE);
    case TOKEN_STRING:
        return parse_literal(p, NODE_STRING);
    case TOKEN_HOLE:
        return parse_literal(p, NODE_HOLE);
    case TOKEN_OPEN:
        return parse_group(p);
    case TOKEN_WORD:
        return parse_word(p);
    default:
        return no_value(p);
    }
}

static struct node *signed_(struct parser *p)
{
    if (p->now.kind == TOKEN_MINUS)
        return parse_unary(p, OP_MINUS, signed_);
    if (p->now.kind == TOKEN_PLUS)
        return parse_unary(p, OP_PLUS, signed_);
    struct node *a = parse_primary(p);
    if (!a || p->now.kind != TOKEN_POWER)
        return a;
    if (parser_down(p))
        return NULL;
    a = join_nodes(p, OP_POW, a, signed_);
    parser_up(p);
    return a;
}

static struct node *product(struct parser *p)
{
    struct node *a = signed_(p);
    while (a && (p->now.kind == TOKEN_STAR || p->now.kind == TOKEN_SLASH))
        a = join_nodes(p, p->now.kind == TOKEN_STAR ? OP_MUL : OP_DIV, a, signed_);
    return a;
}

/* Outside brackets `3 -1` is two values, `3 - 1` and `3-1` are one. */
static bool sign_begins_value(const struct parser *p)
{
    return !p->brackets && p->now.blank_before && !p->now.blank_after;
}

static struct node *sum(struct parser *p)
{
    struct node *a = product(p);
    while (a && (p->now.kind == TOKEN_PLUS || p->now.kind == TOKEN_MINUS) && !sign_begins_value(p))
        a = join_nodes(p, p->now.kind == TOKEN_PLUS ? OP_ADD : OP_SUB, a, product);
    return a;
}

static bool is_comparison(enum token_kind kind, enum op *op)
{
    static const struct {
        enum token_kind kind;
        enum op op;
    } all[] = {{TOKEN_LT, OP_LT}, {TOKEN_LE, OP_LE}, {TOKEN_GT, OP_GT},    {TOKEN_GE, OP_GE},
               {TOKEN_EQ, OP_EQ}, {TOKEN_NE, OP_NE}, {TOKEN_NEAR, OP_NEAR}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].kind == kind) {
            *op = all[i].op;
            return true;
        }
    return false;
}

static struct node *parse_within(struct parser *p, struct node *n)
{
    struct node *t = parser_advance(p) ? NULL : sum(p);
    if (!t)
        return NULL;
    n->child[2] = t;
    n->where = span_join(n->where, t->where);
    return heighten(p, n, t) ? NULL : n;
}

static struct node *parse_comparison(struct parser *p)
{
    enum op op, next;
    struct node *a = sum(p);
    if (!a || !is_comparison(p->now.kind, &op))
        return a;
    a = join_nodes(p, op, a, sum);
    if (a && op == OP_NEAR && at_word(p, WORD_WITHIN))
        a = parse_within(p, a);
    if (!a || !is_comparison(p->now.kind, &next))
        return a;
    err_at(p->e, p->now.where, "comparisons do not chain");
    err_hint(p->e, "write a < b and b < c");
    return NULL;
}

static struct node *negation(struct parser *p)
{
    return at_word(p, WORD_NOT) ? parse_unary(p, OP_NOT, negation) : parse_comparison(p);
}

static struct node *conjunction(struct parser *p)
{
    struct node *a = negation(p);
    while (a && at_word(p, WORD_AND))
        a = join_nodes(p, OP_AND, a, negation);
    return a;
}

struct node *parser_value(struct parser *p)
{
    struct node *a = conjunction(p);
    while (a && at_word(p, WORD_OR))
        a = join_nodes(p, OP_OR, a, conjunction);
    return a;
}
