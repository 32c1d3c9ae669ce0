/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Going from token to token. */
#include "lang/parser.h"

#include "lang/grow.h"

#include <string.h>

enum { DEPTH_MOST = 200 };

int parser_advance(struct parser *p)
{
    if (stop_asked_at(p->stop, p->tokens++))
        return err_stopped(p->e);
    p->last_end = p->now.where.end;
    return token_next(&p->lexer, &p->now);
}

int parser_take(struct parser *p, enum token_kind kind, bool *was)
{
    *was = p->now.kind == kind;
    return *was ? parser_advance(p) : 0;
}

int parser_down(struct parser *p)
{
    if (++p->depth <= DEPTH_MOST)
        return 0;
    err_at(p->e, p->now.where, "this is nested too deeply");
    return err_hint(p->e, "at most %d levels of ( ), { } and signs", DEPTH_MOST);
}

void parser_up(struct parser *p)
{
    p->depth--;
}

struct span parser_missing(const struct parser *p)
{
    if (p->now.kind != TOKEN_NEWLINE && p->now.kind != TOKEN_END)
        return p->now.where;
    return lexer_span(&p->lexer, p->last_end, p->last_end);
}

const char *parser_shown(const struct parser *p, char *text, size_t room)
{
    struct span s = p->now.where;
    size_t n = s.end - s.at < room ? s.end - s.at : room - 1;
    while (n && n < s.end - s.at && ((unsigned char)p->lexer.text[s.at + n] & 0xC0) == 0x80)
        n--;
    memcpy(text, p->lexer.text + s.at, n);
    text[n] = 0;
    return text;
}

int parser_more(struct parser *p, void *items, size_t count, size_t size)
{
    return grow(p->arena, items, count, size) ? err_memory(p->e) : 0;
}

struct node *parser_node(struct parser *p, enum node_kind kind, struct span where)
{
    struct node *n = arena_new(p->arena, 1, sizeof *n);
    if (!n) {
        err_memory(p->e);
        return NULL;
    }
    n->kind = kind;
    n->where = where;
    n->height = 1;
    return n;
}

int parser_open_end(struct parser *p, struct span open)
{
    p->incomplete = true;
    err_at(p->e, open, "this { is not closed");
    return err_hint(p->e, "a } is missing");
}
