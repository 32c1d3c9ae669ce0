/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parser's own files share. */
#ifndef NNR_LANG_PARSER_H
#define NNR_LANG_PARSER_H

#include "base/stop.h"
#include "lang/ast.h"
#include "lang/token.h"

struct parser {
    struct arena *arena;
    struct lexer lexer;
    struct token now;
    uint32_t last_end; /* where the token before `now` ended */
    unsigned depth;    /* of brackets, braces and signs */
    unsigned brackets; /* how many ( are open in this statement */
    bool incomplete;
    const struct table *verbs; /* parse_rules; NULL: none */
    const struct stop *stop;   /* NULL: nothing ends it early */
    size_t tokens;             /* taken so far */
    struct err *e;
};

/* Goes to the next token; 0, or -1 and *p->e. */
int parser_advance(struct parser *p);
/* Goes past a token of that kind, if it is one. Returns 0, or -1 and *p->e; *was tells. */
int parser_take(struct parser *p, enum token_kind kind, bool *was);
/* One level deeper, or an error when that is too deep; parser_up() goes back. */
int parser_down(struct parser *p);
void parser_up(struct parser *p);
/* Where something is missing: at the token, or behind the last one when the line ends there. */
struct span parser_missing(const struct parser *p);
/* `now` as it stands in the text, at most `room` - 1 bytes. */
const char *parser_shown(const struct parser *p, char *text, size_t room);
/* Room for one more item behind `count` items of `*items`, which only this function made. */
int parser_more(struct parser *p, void *items, size_t count, size_t size);
struct node *parser_node(struct parser *p, enum node_kind kind, struct span where);
/* The text ends inside the braces that begin at `open`. Returns -1. */
int parser_open_end(struct parser *p, struct span open);

#endif
