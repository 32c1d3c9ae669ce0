/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tree of a script: statements, values, rows. Every node keeps the span it was read from. All
 * of it lives in the arena that parse() was given, texts included. */
#ifndef NNR_LANG_AST_H
#define NNR_LANG_AST_H

#include "base/entry.h"
#include "base/err.h"
#include "base/shape.h"
#include "base/stop.h"

enum node_kind {
    NODE_NUMBER, /* number; text as written */
    NODE_SHAPE,  /* shape */
    NODE_STRING, /* text, escapes resolved */
    NODE_BOOL,   /* number is 1 or 0 */
    NODE_PATH,   /* text: hidden.kernel; a single name is a path of one */
    NODE_CALL,   /* text: the name; arg */
    NODE_HOLE,   /* ? */
    NODE_UNARY,  /* op, child[0] */
    NODE_BINARY  /* op, child[0], child[1]; OP_NEAR also child[2] or NULL (within) */
};

enum op {
    OP_OR,
    OP_AND,
    OP_NOT,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_EQ,
    OP_NE,
    OP_NEAR, /* a ~ b within t */
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MINUS, /* unary - */
    OP_PLUS,  /* unary + */
    OP_POW
};

struct call_arg {
    const char *name; /* NULL if by place */
    struct span key;  /* the name's place; the value's if by place */
    struct node *value;
};

struct node {
    enum node_kind kind;
    enum op op;
    struct span where;
    const char *text;
    double number;
    struct shape shape;
    struct node *child[3];
    struct call_arg *arg;
    size_t args;
    uint32_t height; /* nodes on the longest way down, 1 for a leaf; at most NODE_HEIGHT_MOST */
};
/* Whoever walks a tree may recurse: the parser makes none that is higher. */
enum { NODE_HEIGHT_MOST = 1000 };

/* target = value, value ... ; the target is a PATH or a CALL node. */
struct pair {
    struct node *target;
    struct span equals;
    struct node **value;
    size_t values;
    bool unrecorded; /* statement_print leaves it out */
};

/* on a, b */
struct clause {
    const char *word;
    struct span where;
    struct node **value;
    size_t values;
    struct span
        *bar; /* the `|` signs among the values, in order; bar_at[i] values stand before it */
    uint32_t *bar_at;
    size_t bars;
};

struct statement {
    const char *verb;
    struct span where; /* from the verb to the last token, } included */
    struct span verb_where;
    struct node **value;
    size_t values;
    struct span *bar; /* as in a clause */
    uint32_t *bar_at;
    size_t bars;
    struct pair *pair;
    size_t pairs;
    struct clause *clause;
    size_t clauses;
    const struct script *body; /* { statements }, or NULL */
    const struct rows *rows;   /* { rows }, or NULL */
    struct span braces;        /* of the { */
};

struct script {
    struct statement *statement;
    size_t count;
};

/* Adds the tree as text that parses back to the same tree. */
void node_print(struct str *to, const struct node *n);
/* When `stop`, which may be NULL, asks to end, the text is not whole: whoever set it looks at it.
 */
void statement_print(struct str *to, const struct statement *s, const struct stop *stop);

#endif
