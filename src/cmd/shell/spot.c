/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/shell/spot.h"

#include "cmd/exec/orders.h"
#include "cmd/session/player.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "lang/token.h"
#include "nn/layer.h"
#include "train/model.h"

#include <stdio.h>
#include <string.h>

static const struct arg_spec *find_spec(const struct entry *entry, const char *name, bool clause)
{
    for (size_t i = 0; entry && i < entry->arg_count; i++)
        if ((entry->args[i].form == CLAUSE) == clause && arg_is_named(&entry->args[i], name))
            return &entry->args[i];
    return NULL;
}

static const struct arg_spec *find_either(const struct spot *p, const char *name, bool clause)
{
    const struct arg_spec *spec = find_spec(p->inner, name, clause);
    if (!spec)
        spec = find_spec(p->keyed, name, clause);
    return spec ? spec : find_spec(p->entry, name, clause);
}

const struct table *orders_here(const struct session *s)
{
    return s->player && s->player->sections ? &player_orders : NULL;
}

const struct entry *row_of_first_word(const struct session *s, const char *word)
{
    const struct table *orders = orders_here(s);
    const struct entry *entry = table_find(&command_table, word);
    if (!entry)
        entry = table_find(&layer_kinds, word);
    if (!entry && orders)
        entry = table_find(orders, word);
    return entry;
}

static const struct entry *entry_of(const struct session *s, const char *verb)
{
    const struct entry *entry = row_of_first_word(s, verb);
    const bool layer = graph_find_layer(current_model(s)->graph, verb) != NOTHING;
    return !entry && layer ? &call_entry : entry;
}

/* The row that the first value names, where the verb takes an entry. */
static const struct entry *inner_of(const struct session *s, const struct entry *entry,
                                    const char *word)
{
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        if (spec->type != ARG_ENTRY)
            continue;
        const struct entry *row = table_find(spec->of, word);
        return row || spec->naming != NAMING_CALLEES ? row : entry_of(s, word);
    }
    return NULL;
}

/* The row whose keys the first value brings along. */
static const struct entry *keyed_of(const struct entry *entry, const char *word)
{
    for (size_t i = 0; i < entry->arg_count; i++)
        if (entry->args[i].keyed)
            return table_find(entry->args[i].keyed, word);
    return NULL;
}

static void keep_word(char to[SPOT_WORD], const char *text)
{
    snprintf(to, SPOT_WORD, "%s", text);
}

static void give_argument(struct spot *p, const struct arg_spec *spec)
{
    if (spec && p->givens < SPOT_ARGS)
        p->given[p->givens++] = spec;
}

/* A value begins: outside keys and clauses it has a place, unless it goes on from an operator. */
static void begin_value(const struct session *s, struct spot *p, const struct token *t,
                        bool continues)
{
    if (p->spec && p->spec->form == KEY && !p->due)
        p->spec = NULL;
    if (p->spec || *p->target || continues)
        return;
    if (!p->values++ && t->kind == TOKEN_WORD) {
        keep_word(p->first, t->text);
        p->inner = inner_of(s, p->entry, t->text);
        p->keyed = keyed_of(p->entry, t->text);
    }
}

static void take_key(struct spot *p, const char *name)
{
    p->spec = find_either(p, name, false);
    if (p->spec)
        give_argument(p, p->spec);
    else
        keep_word(p->target, name);
}

static void take_outside(const struct session *s, struct spot *p, const struct token *t,
                         bool continues)
{
    const bool word = t->kind == TOKEN_WORD;
    if (word && t->before_equals) {
        take_key(p, t->text);
    } else if (word && t->word == WORD_CLAUSE) {
        p->spec = find_either(p, t->text, true);
        p->target[0] = 0;
        give_argument(p, p->spec);
        p->due = true;
        return;
    } else if (t->kind != TOKEN_CLOSE && t->kind != TOKEN_ASSIGN && t->kind != TOKEN_COMMA) {
        begin_value(s, p, t, continues);
    }
}

static void take_inside(struct spot *p, const struct token *t)
{
    struct open_call *c = &p->open[p->depth - 1];
    if (t->kind == TOKEN_WORD && t->before_equals) {
        keep_word(c->key, t->text);
    } else if (t->kind == TOKEN_COMMA) {
        c->values += !*c->key;
        c->key[0] = 0;
    }
}

/* Whether a value must follow the token. */
static bool wants_value(const struct token *t)
{
    switch (t->kind) {
    case TOKEN_WORD:
        return t->word == WORD_AND || t->word == WORD_OR || t->word == WORD_NOT ||
               t->word == WORD_WITHIN || t->word == WORD_CLAUSE;
    case TOKEN_NUMBER:
    case TOKEN_SHAPE:
    case TOKEN_STRING:
    case TOKEN_CLOSE:
    case TOKEN_HOLE:
        return false;
    default:
        return true;
    }
}

static bool is_operator(const struct token *t)
{
    return wants_value(t) && t->kind != TOKEN_COMMA && t->kind != TOKEN_ASSIGN &&
           t->kind != TOKEN_BAR && t->kind != TOKEN_OPEN && t->word != WORD_CLAUSE;
}

static bool take_token(const struct session *s, struct spot *p, const struct token *t,
                       const struct token *before)
{
    if (t->kind == TOKEN_OPEN) {
        if (p->depth == SPOT_DEPTH)
            return false;
        struct open_call *c = &p->open[p->depth++];
        *c = (struct open_call){.values = 0};
        if (before->kind == TOKEN_WORD && before->opens)
            keep_word(c->callee, before->text);
        else if (p->depth == 1)
            begin_value(s, p, t, is_operator(before));
    } else if (t->kind == TOKEN_CLOSE) {
        p->depth -= p->depth > 0;
    } else if (p->depth) {
        take_inside(p, t);
    } else if (!is_operator(t)) {
        take_outside(s, p, t, is_operator(before));
    }
    p->due = wants_value(t);
    return true;
}

bool spot_step(const struct session *s, struct spot *p, const struct token *t,
               const struct token *before)
{
    if (!p->verb)
        return p->entry && take_token(s, p, t, before);
    p->verb = false;
    p->entry = t->kind == TOKEN_WORD ? entry_of(s, t->text) : NULL;
    return true;
}

bool spot_find(const struct session *s, const char *text, size_t n, struct spot *p)
{
    struct arena arena = {0};
    struct err e = {0};
    struct lexer l = {.arena = &arena, .text = text, .size = (uint32_t)n, .e = &e};
    struct token t, before = {.kind = TOKEN_COMMA};
    *p = SPOT_BEGINS;
    bool good;
    while ((good = token_next(&l, &t) == 0) && t.kind != TOKEN_END) {
        good = spot_step(s, p, &t, &before);
        if (!good)
            break;
        before = t;
    }
    arena_finish(&arena);
    return good && (p->verb || p->entry);
}
