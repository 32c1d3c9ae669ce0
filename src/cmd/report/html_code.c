/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/html_code.h"

#include "cmd/report/html.h"

#include "cmd/session/words.h"

#include "lang/token.h"
#include "nn/layer.h"

#include <string.h>

static const char *word_class(const struct token *t, bool begins)
{
    if (begins && (table_find(&command_table, t->text) || table_find(&layer_kinds, t->text)))
        return "v";
    if (t->word == WORD_YES || t->word == WORD_NO)
        return "n";
    if (t->opens)
        return "f";
    return t->before_equals || t->word != WORD_NAME ? "k" : NULL;
}

/* NULL: it has none. */
static const char *class_of(const struct token *t, bool begins)
{
    switch (t->kind) {
    case TOKEN_WORD:
        return word_class(t, begins);
    case TOKEN_NUMBER:
    case TOKEN_SHAPE:
    case TOKEN_HOLE:
        return "n";
    case TOKEN_STRING:
        return "s";
    default:
        return NULL;
    }
}

static void add_as(struct str *to, const char *class, const char *text, size_t n)
{
    if (class && n)
        str_addf(to, "<span class=\"%s\">", class);
    html_text(to, text, n);
    if (class && n)
        str_add(to, "</span>");
}

/* What stands between two tokens: blanks, and a comment up to the line's end. */
static void add_between(struct str *to, const char *text, size_t n)
{
    const char *comment = memchr(text, '#', n);
    const size_t before = comment ? (size_t)(comment - text) : n;
    html_text(to, text, before);
    add_as(to, "c", text + before, n - before);
}

void html_code(struct str *to, const char *text, size_t n)
{
    struct arena arena = {0};
    struct err e = {0};
    struct lexer l = {.arena = &arena, .text = text, .size = (uint32_t)n, .e = &e};
    struct token t;
    size_t done = 0;
    bool begins = true;
    while (token_next(&l, &t) == 0 && t.kind != TOKEN_END) {
        add_between(to, text + done, t.where.at - done);
        add_as(to, class_of(&t, begins), text + t.where.at, t.where.end - t.where.at);
        done = t.where.end;
        begins = t.kind == TOKEN_NEWLINE || t.kind == TOKEN_SEMICOLON || t.kind == TOKEN_BRACE_OPEN;
    }
    if (e.kind)
        add_as(to, "w", text + done, n - done);
    else
        add_between(to, text + done, n - done);
    arena_finish(&arena);
}
