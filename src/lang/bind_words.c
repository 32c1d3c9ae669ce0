/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which word belongs to which argument. */
#include "lang/bind_words.h"

#include "lang/bind.h"
#include "lang/bind_left.h"
#include "lang/bind_value.h"

#include <string.h>

static bool is_named(const struct arg_spec *spec, const char *name)
{
    return name && arg_is_named(spec, name);
}

/* An argument that is an entry takes its key later, with all the rest. */
static bool takes_key(const struct arg_spec *spec)
{
    bool value = spec->form == POSITIONAL || spec->form == REST || spec->form == KEY;
    return value && spec->type != ARG_ENTRY;
}

/* An entry's arguments while they are bound. */
struct filling {
    struct binding x; /* for the argument at hand */
    struct words *w;
    const struct entry *entry;
    struct span head;
    struct args *args;
    bool *set; /* which are bound */
};

static void aim_argument(struct filling *f, size_t i)
{
    f->x.spec = &f->entry->args[i];
    f->x.to = &f->args->arg[i];
}

static int given_twice(struct filling *f, struct span where)
{
    err_at(f->x.e, where, "\"%s\" is given twice", f->x.spec->name);
    return err_hint(f->x.e, "each argument stands once, by place or by name");
}

static int bind_given(struct filling *f, size_t i, const struct values *v, struct span key)
{
    aim_argument(f, i);
    f->x.to->given = true;
    f->x.to->where = span_join(v->item[0]->where, v->item[v->count - 1]->where);
    f->x.to->key = key.source ? key : f->x.to->where;
    f->set[i] = true;
    return binding_values(&f->x, v);
}

static struct key *key_of(struct words *w, const struct arg_spec *spec)
{
    for (size_t k = 0; k < w->keys; k++)
        if (!w->key[k].used && is_named(spec, w->key[k].name))
            return &w->key[k];
    return NULL;
}

/* The values that argument `i` takes by place; count 0 if it takes none. */
static struct values by_place(const struct filling *f, size_t i)
{
    const struct values *all = &f->w->values;
    struct values v = {.item = all->item + f->w->next, .from = f->w->next};
    if (f->w->next >= all->count)
        return v;
    v.count = f->entry->args[i].form == REST ? all->count - f->w->next : 1;
    if (f->entry->args[i].type == ARG_BORDERS && f->entry->args[i].form == REST) {
        f->w->bars_used = true;
        v.bar = all->bar;
        v.bar_at = all->bar_at;
        v.bars = all->bars;
    }
    return v;
}

/* By place, up to the argument that is an entry of its own, whose number becomes *inner. */
static int fill_places(struct filling *f, size_t *inner)
{
    *inner = f->entry->arg_count;
    for (size_t i = 0; i < f->entry->arg_count; i++) {
        const struct arg_spec *spec = &f->entry->args[i];
        if (spec->form != POSITIONAL && spec->form != REST)
            continue;
        if (spec->type == ARG_ENTRY) {
            *inner = i;
            return 0;
        }
        struct values v = by_place(f, i);
        if (!v.count)
            continue;
        const struct key *k = key_of(f->w, spec);
        f->w->next += v.count;
        aim_argument(f, i);
        if (k ? given_twice(f, k->where) : bind_given(f, i, &v, (struct span){0}))
            return -1;
    }
    return 0;
}

/* Whether an entry with a pair of its own takes that one as a key; what stands behind its pair and
 * may only be a slip for one, too. */
static bool is_key(const struct filling *f, const struct key *key, bool behind)
{
    bool keys = false;
    for (size_t i = 0; i < f->entry->arg_count; i++) {
        const bool key_form = f->entry->args[i].form == KEY;
        if (key_form && is_named(&f->entry->args[i], key->name))
            return true;
        keys = keys || key_form;
    }
    return keys && behind && key->name;
}

static int fill_pair(struct filling *f, size_t i)
{
    aim_argument(f, i);
    for (size_t k = 0; k < f->w->keys; k++) {
        struct key *key = &f->w->key[k];
        if (key->used || !key->pair || is_key(f, key, f->set[i]))
            continue;
        if (f->set[i]) {
            err_at(f->x.e, key->where, "%s takes one pair", f->entry->name);
            return err_hint(f->x.e, "write a statement for each");
        }
        key->used = f->set[i] = true;
        f->x.to->given = true;
        f->x.to->key = key->where;
        f->x.to->where =
            span_join(key->values.item[0]->where, key->values.item[key->values.count - 1]->where);
        f->x.to->as.pair = key->pair;
    }
    return 0;
}

static int fill_keys(struct filling *f)
{
    for (size_t i = 0; i < f->entry->arg_count; i++)
        if (f->entry->args[i].form == PAIR && fill_pair(f, i))
            return -1;
    for (size_t k = 0; k < f->w->keys; k++) {
        struct key *key = &f->w->key[k];
        for (size_t i = 0; i < f->entry->arg_count && !key->used; i++) {
            if (!takes_key(&f->entry->args[i]) || !is_named(&f->entry->args[i], key->name))
                continue;
            key->used = true;
            aim_argument(f, i);
            if (f->set[i] ? given_twice(f, key->where) : bind_given(f, i, &key->values, key->where))
                return -1;
        }
    }
    return 0;
}

static int fill_clauses(struct filling *f)
{
    for (size_t c = 0; f->w->s && c < f->w->s->clauses; c++) {
        const struct clause *clause = &f->w->s->clause[c];
        struct values v = {.item = clause->value,
                           .count = clause->values,
                           .bar = clause->bar,
                           .bar_at = clause->bar_at,
                           .bars = clause->bars};
        for (size_t i = 0; i < f->entry->arg_count && !f->w->clause_used[c]; i++) {
            if (f->entry->args[i].form != CLAUSE || !is_named(&f->entry->args[i], clause->word))
                continue;
            f->w->clause_used[c] = true;
            aim_argument(f, i);
            if (f->set[i] ? given_twice(f, clause->where) : bind_given(f, i, &v, clause->where))
                return -1;
        }
    }
    return 0;
}

static int fill_braces(struct filling *f)
{
    const struct statement *s = f->w->s;
    for (size_t i = 0; s && !f->w->braces_used && i < f->entry->arg_count; i++) {
        const struct arg_spec *spec = &f->entry->args[i];
        struct arg *to = &f->args->arg[i];
        if (spec->type == ARG_BODY && s->body)
            to->as.body = s->body;
        else if (spec->type == ARG_ROWS && s->rows)
            to->as.rows = s->rows;
        else
            continue;
        f->w->braces_used = f->set[i] = to->given = true;
        to->key = to->where = s->braces;
        if (spec->type == ARG_ROWS && !s->rows->count) {
            err_at(f->x.e, s->braces, "no rows stand in these { }");
            return err_hint(f->x.e, "write for example { 0 0 -> 0; 0 1 -> 1 }");
        }
    }
    return 0;
}

/* The argument that is an entry takes all that is left. */
static int fill_inner(struct filling *f, size_t i)
{
    struct values v = by_place(f, i);
    struct key *k = key_of(f->w, &f->entry->args[i]);
    aim_argument(f, i);
    if (v.count && k)
        return given_twice(f, k->where);
    if (k) {
        k->used = true;
        return bind_given(f, i, &k->values, k->where);
    }
    f->w->next += v.count;
    return v.count ? bind_given(f, i, &v, (struct span){0}) : 0;
}

/* The keys of the row that the first of some expressions names. */
static int fill_keyed(struct filling *f)
{
    for (size_t i = 0; i < f->entry->arg_count; i++) {
        const struct table *rows = f->entry->args[i].keyed;
        struct arg *to = &f->args->arg[i];
        if (!rows || !f->set[i])
            continue;
        const struct node *first = to->as.exprs.item[0];
        const struct entry *row = first->kind == NODE_PATH ? table_find(rows, first->text) : NULL;
        struct binding inner;
        if (!row)
            continue;
        if (binding_deeper(&f->x, first->where, &inner) ||
            !(to->as.exprs.keys = binding_words(&inner, f->w, row, first->where)))
            return -1;
    }
    return 0;
}

static int missing_argument(struct filling *f)
{
    struct err *e = f->x.e;
    const struct arg_spec *spec = f->x.spec;
    const char *name = f->entry->name;
    if (spec->form == CLAUSE)
        err_at(e, f->head, "%s needs \"%s\"", name, spec->name);
    else if (spec->type == ARG_BODY || spec->type == ARG_ROWS)
        err_at(e, f->head, "%s needs { }", name);
    else if (spec->form == POSITIONAL && spec->of)
        err_at(e, f->head, "%s needs %s %s", name, article(spec->of->noun), spec->of->noun);
    else
        err_at(e, f->head, "%s needs %s%s", name, spec->name, spec->form == PAIR ? " = value" : "");
    return binding_hint_usage(f->w, f->entry, e);
}

static int fill_defaults(struct filling *f)
{
    for (size_t i = 0; i < f->entry->arg_count; i++) {
        aim_argument(f, i);
        if (f->set[i])
            continue;
        if (f->x.spec->required)
            return missing_argument(f);
        if (f->x.spec->standard && bind_standard(f->x.b, f->x.spec, f->x.to, f->x.e))
            return -1;
    }
    return 0;
}

static int fill_argument(struct filling *f)
{
    size_t inner;
    if (f->w->takers < TAKERS_MOST)
        f->w->taker[f->w->takers++] = f->entry;
    if (fill_places(f, &inner) || fill_keys(f) || fill_clauses(f) || fill_braces(f))
        return -1;
    if ((inner < f->entry->arg_count && fill_inner(f, inner)) || fill_keyed(f))
        return -1;
    return binding_all_taken(&f->x, f->w) || fill_defaults(f) ? -1 : 0;
}

struct args *binding_words(const struct binding *x, struct words *w, const struct entry *entry,
                           struct span head)
{
    struct filling f = {.x = *x, .w = w, .entry = entry, .head = head};
    f.args = arena_new(x->b->arena, 1, sizeof *f.args);
    f.set = arena_new(x->b->arena, entry->arg_count, sizeof *f.set);
    if (!f.args || !f.set ||
        !(f.args->arg = arena_new(x->b->arena, entry->arg_count, sizeof *f.args->arg))) {
        err_memory(x->e);
        return NULL;
    }
    f.args->entry = entry;
    f.args->where = w->s ? span_join(head, w->s->where) : head;
    for (size_t i = 0; i < entry->arg_count; i++)
        f.args->arg[i].type = entry->args[i].type;
    f.x.words = w;
    f.x.args = f.args;
    f.x.set = f.set;
    return fill_argument(&f) ? NULL : f.args;
}
