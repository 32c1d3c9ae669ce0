/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements, values and defaults to arguments. */
#include "lang/bind.h"

#include "lang/bind_number.h"
#include "lang/bind_value.h"
#include "lang/bind_words.h"
#include "lang/parse.h"

#include <string.h>

static int words_of_statement(const struct binder *b, const struct statement *s, struct words *w)
{
    *w = (struct words){.s = s, .keys = s->pairs};
    w->values = (struct values){
        .item = s->value, .count = s->values, .bar = s->bar, .bar_at = s->bar_at, .bars = s->bars};
    w->key = arena_new(b->arena, s->pairs, sizeof *w->key);
    w->clause_used = arena_new(b->arena, s->clauses, sizeof *w->clause_used);
    if (!w->key || !w->clause_used)
        return -1;
    for (size_t i = 0; i < s->pairs; i++) {
        const struct pair *p = &s->pair[i];
        w->key[i] = (struct key){.name = p->target->kind == NODE_PATH ? p->target->text : NULL,
                                 .where = p->target->where,
                                 .equals = p->equals,
                                 .values = {.item = p->value, .count = p->values},
                                 .pair = p};
    }
    return 0;
}

struct args *bind_statement(const struct binder *b, const struct statement *s,
                            const struct entry *entry, struct err *e)
{
    struct words w;
    struct binding x = {.b = b, .e = e};
    if (words_of_statement(b, s, &w)) {
        err_memory(e);
        return NULL;
    }
    return binding_words(&x, &w, entry, s->verb_where);
}

static int bind_alone(const struct binder *b, const struct arg_spec *spec, const struct node *value,
                      struct arg *to, struct err *e)
{
    struct node **item = arena_new(b->arena, 1, sizeof *item);
    struct node *copy = arena_new(b->arena, 1, sizeof *copy);
    if (!item || !copy)
        return err_memory(e);
    *copy = *value;
    *item = copy;
    struct values v = {.item = item, .count = 1};
    *to = (struct arg){.type = spec->type, .where = value->where, .key = value->where};
    struct binding x = {.b = b, .spec = spec, .to = to, .e = e};
    to->given = true;
    return binding_values(&x, &v);
}

int bind_value(const struct binder *b, const struct arg_spec *spec, const struct node *value,
               struct arg *to, struct err *e)
{
    struct arg bound;
    if (bind_alone(b, spec, value, &bound, e))
        return -1;
    *to = bound;
    return 0;
}

int bind_standard(const struct binder *b, const struct arg_spec *spec, struct arg *to,
                  struct err *e)
{
    struct node *value;
    struct arg bound;
    if (parse_value(b->arena, spec->standard, strlen(spec->standard), 0, &value, e) != PARSE_OK ||
        bind_alone(b, spec, value, &bound, e))
        return -1;
    bound.given = false;
    *to = bound;
    return 0;
}

int bind_number_value(const struct binder *b, const struct arg_spec *spec, const struct node *n,
                      double value, struct arg *to, struct err *e)
{
    struct binding x = {.b = b, .spec = spec, .to = to, .e = e};
    return binding_take(&x, n, value);
}
