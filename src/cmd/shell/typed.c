/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/shell/typed.h"

#include "cmd/session/custom_penalty.h"
#include "cmd/session/marks.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/session/words.h"
#include "cmd/shell/complete.h"

#include "expr/functions.h"
#include "lang/token.h"
#include "nn/layer.h"
#include "nn/penalty.h"
#include "train/model.h"

#include <string.h>

/* A walk over a text. */
struct walk {
    const struct session *s;
    const struct typed *typed;
    unsigned char *class;
    struct spot spot;
    struct token before; /* the token before, in its statement */
    bool known;          /* the statement's verb is, and its words so far could be placed */
    size_t brackets, braces;
};

static void mark_span(struct walk *w, uint32_t at, uint32_t end, enum typed_class class)
{
    for (size_t i = at; i < end && i < w->typed->size; i++)
        w->class[i] = (unsigned char)class;
}

/* Whether the word is still being typed, and becomes a row's name so. */
static bool may_become(const struct walk *w, const struct token *t, const struct table *of)
{
    const size_t n = t->where.end - t->where.at;
    if (t->where.end != w->typed->point)
        return false;
    for (size_t i = 0; i < of->rows; i++)
        if (strncmp(of->row[i]->name, t->text, n) == 0 ||
            (of->row[i]->alias && strncmp(of->row[i]->alias, t->text, n) == 0))
            return true;
    return false;
}

static bool has_letter_before(const char *text, size_t at)
{
    return at && (is_word_byte(text[at - 1]) || text[at - 1] == '.');
}

/* Whether the word stands earlier in the text, where a statement may have made what it names. */
static bool stands_before(const struct walk *w, const struct token *t)
{
    const char *text = w->typed->text;
    const size_t n = strcspn(t->text, ".");
    for (size_t i = 0; i + n < t->where.at; i++)
        if (memcmp(text + i, t->text, n) == 0 && !has_letter_before(text, i) &&
            !is_word_byte(text[i + n]))
            return true;
    return false;
}

/* Whether a layer of the model has a name that begins so. */
static bool begins_a_layer(const struct walk *w, const struct token *t)
{
    const struct graph *g = current_model(w->s)->graph;
    const size_t n = t->where.end - t->where.at;
    for (size_t i = 0; i < g->layers && t->where.end == w->typed->point; i++)
        if (strncmp(g->layer[i].name, t->text, n) == 0)
            return true;
    return false;
}

static enum typed_class class_of_verb(const struct walk *w, const struct token *t)
{
    const struct table *orders = orders_here(w->s);
    if (w->spot.entry)
        return TYPED_VERB;
    if (may_become(w, t, &command_table) || may_become(w, t, &layer_kinds) ||
        (orders && may_become(w, t, orders)) || stands_before(w, t) || begins_a_layer(w, t))
        return TYPED_PLAIN;
    return TYPED_WRONG;
}

static bool has_key(const struct entry *entry, const char *name)
{
    for (size_t i = 0; entry && i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        if (spec->form == PAIR || (spec->form <= KEY && arg_is_named(spec, name)))
            return true;
    }
    return false;
}

static bool takes_pair(const struct entry *entry)
{
    for (size_t i = 0; entry && i < entry->arg_count; i++)
        if (entry->args[i].form == PAIR)
            return true;
    return false;
}

/* What a call's keys are is told by its row alone, which a penalty of the person's may be. */
static enum typed_class class_of_key(const struct walk *w, const struct token *t)
{
    const struct spot *p = &w->spot;
    if (takes_pair(p->entry) && !p->depth)
        return TYPED_NAME;
    if (p->depth || !w->known || has_key(p->entry, t->text) || has_key(p->inner, t->text) ||
        has_key(p->keyed, t->text))
        return TYPED_KEY;
    return TYPED_WRONG;
}

/* What a first word may be before a dot, too. */
static bool names_something(const struct session *s, const char *text)
{
    const struct graph *g = current_model(s)->graph;
    char word[SPOT_WORD];
    const size_t n = strcspn(text, ".");
    if (n >= sizeof word)
        return false;
    memcpy(word, text, n);
    word[n] = 0;
    if (graph_find_layer(g, word) != NOTHING || graph_find_call(g, word) != NOTHING ||
        graph_find_term(g, word) != NOTHING || name_variable(s, word) ||
        session_definition(s, word) || table_find(&functions, word) ||
        table_find(&setting_parts, word) || table_find(&quantities, text))
        return true;
    for (size_t i = 0; i < s->models; i++)
        if (strcmp(s->model[i]->name, word) == 0)
            return true;
    for (size_t i = 0; i < s->marks; i++)
        if (strcmp(mark_name(s, i), word) == 0)
            return true;
    return false;
}

static bool stands_in_a_table(const char *text)
{
    for (size_t i = 0; i < catalogs; i++)
        if (table_find(catalog[i].table, text))
            return true;
    return false;
}

/* The table that a word at this place must be of; NULL: others may stand there too. */
static const struct table *table_here(const struct walk *w)
{
    const struct spot *p = &w->spot;
    if (!w->known || p->depth || *p->target)
        return NULL;
    const struct arg_spec *spec = p->spec ? p->spec : due_at(p);
    const bool listed = spec && (spec->type == ARG_CHOICE || spec->type == ARG_CALL ||
                                 spec->type == ARG_SUM || spec->type == ARG_ENTRY);
    return listed && spec->naming == NAMING_NOTHING ? spec->of : NULL;
}

static enum typed_class class_of_word(const struct walk *w, const struct token *t,
                                      const struct table *of)
{
    if (t->word != WORD_NAME)
        return TYPED_KEY;
    if (of ? table_find(of, t->text) != NULL : stands_in_a_table(t->text))
        return TYPED_NAME;
    if (names_something(w->s, t->text))
        return TYPED_NAME;
    if (!of || strcmp(t->text, "none") == 0 || may_become(w, t, of) || stands_before(w, t))
        return TYPED_PLAIN;
    return TYPED_WRONG;
}

static void begin_statement(struct walk *w)
{
    w->spot = SPOT_BEGINS;
    w->before = (struct token){.kind = TOKEN_COMMA};
    w->known = true;
}

/* A closing bracket or brace closes one that is open. */
static enum typed_class class_of_close(size_t *open)
{
    if (!*open)
        return TYPED_WRONG;
    --*open;
    return TYPED_PLAIN;
}

static enum typed_class class_of_sign(struct walk *w, const struct token *t)
{
    switch (t->kind) {
    case TOKEN_NUMBER:
    case TOKEN_SHAPE:
        return TYPED_NUMBER;
    case TOKEN_STRING:
        return TYPED_STRING;
    case TOKEN_OPEN:
        w->brackets++;
        return TYPED_PLAIN;
    case TOKEN_CLOSE:
        return class_of_close(&w->brackets);
    case TOKEN_BRACE_OPEN:
        w->braces++;
        return TYPED_PLAIN;
    case TOKEN_BRACE_CLOSE:
        return class_of_close(&w->braces);
    default:
        return TYPED_PLAIN;
    }
}

static bool ends_statement(const struct token *t)
{
    return t->kind == TOKEN_NEWLINE || t->kind == TOKEN_SEMICOLON || t->kind == TOKEN_BRACE_OPEN ||
           t->kind == TOKEN_BRACE_CLOSE;
}

static void take_token(struct walk *w, const struct token *t)
{
    const bool verb = w->spot.verb;
    const bool ends = ends_statement(t);
    const struct table *of = verb || ends || t->before_equals ? NULL : table_here(w);
    enum typed_class class = t->kind == TOKEN_WORD ? TYPED_PLAIN : class_of_sign(w, t);
    if (!ends && w->known && !spot_step(w->s, &w->spot, t, &w->before))
        w->known = false;
    if (t->kind == TOKEN_WORD)
        class = verb               ? class_of_verb(w, t)
                : t->before_equals ? class_of_key(w, t)
                                   : class_of_word(w, t, of);
    mark_span(w, t->where.at, t->where.end, class);
    w->known = w->known && w->spot.entry;
    w->before = *t;
    if (ends)
        begin_statement(w);
}

/* What the lexer cannot read: a text that has no end yet is one that is being typed. */
static void take_trouble(struct walk *w, struct lexer *l, const struct err *e)
{
    const uint32_t size = (uint32_t)w->typed->size;
    const uint32_t at = e->where.at < l->at ? l->at : e->where.at;
    uint32_t end = e->where.end > at ? e->where.end : at + 1;
    if (l->at < size && l->text[l->at] == '"') {
        end = l->at + (uint32_t)strcspn(l->text + l->at, "\n");
        mark_span(w, l->at, end, TYPED_STRING);
    } else if (!l->incomplete) {
        mark_span(w, at, end, TYPED_WRONG);
    }
    w->known = w->spot.verb = false;
    end = end > l->at ? end : l->at + 1;
    l->at = end < size ? end : size;
}

/* Between two tokens stand blanks, and a comment up to the end of its line. */
static void take_gap(struct walk *w, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++)
        if (w->typed->text[i] == '#') {
            const uint32_t end = i + (uint32_t)strcspn(w->typed->text + i, "\n");
            mark_span(w, i, end, TYPED_COMMENT);
            i = end;
        }
}

/* A question begins with ?, which is no sign of the language. */
static bool is_question(struct walk *w)
{
    const char *text = w->typed->text;
    const uint32_t at = (uint32_t)strspn(text, " \t");
    if (text[at] != '?')
        return false;
    mark_span(w, at, at + 1, TYPED_VERB);
    mark_span(w, at + 1, (uint32_t)w->typed->size, TYPED_NAME);
    return true;
}

/* The ? behind a line asks for help, too. */
static uint32_t size_without_question(const struct typed *t)
{
    size_t n = t->size;
    while (n && strchr(" \t", t->text[n - 1]))
        n--;
    return (uint32_t)(n && t->text[n - 1] == '?' ? n - 1 : t->size);
}

void typed_classes(const struct session *s, const struct typed *typed, unsigned char *class)
{
    struct walk w = {.s = s, .typed = typed, .class = class};
    struct arena arena = {0};
    struct err e = {0};
    struct lexer l = {
        .arena = &arena, .text = typed->text, .size = size_without_question(typed), .e = &e};
    struct token t = {.kind = TOKEN_NEWLINE};
    memset(class, TYPED_PLAIN, typed->size);
    begin_statement(&w);
    mark_span(&w, l.size, (uint32_t)typed->size, TYPED_VERB);
    if (is_question(&w))
        l.at = l.size;
    while (t.kind != TOKEN_END) {
        const uint32_t from = l.at;
        if (token_next(&l, &t)) {
            if (e.kind == ERR_MEMORY)
                break;
            take_gap(&w, from, l.at);
            take_trouble(&w, &l, &e);
            e = (struct err){0};
            continue;
        }
        take_gap(&w, from, t.kind == TOKEN_END ? l.size : t.where.at);
        if (t.kind != TOKEN_END)
            take_token(&w, &t);
    }
    arena_finish(&arena);
}
