/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person wrote and no argument takes. */
#include "lang/bind_left.h"

#include "lang/usage.h"

#include <string.h>

static const struct entry *last_taker(const struct words *w)
{
    return w->taker[w->takers - 1];
}

static bool has_form(const struct arg_spec *s, enum arg_form form)
{
    return s->form == form || (form == KEY && (s->form == POSITIONAL || s->form == REST));
}

/* Whether any of the entries has an argument of that form and name. */
static bool takes_word(const struct words *w, enum arg_form form, const char *name)
{
    for (size_t t = 0; t < w->takers; t++)
        for (size_t i = 0; i < w->taker[t]->arg_count; i++) {
            const struct arg_spec *s = &w->taker[t]->args[i];
            if (arg_is_named(s, name) && has_form(s, form))
                return true;
        }
    return false;
}

static const char *nearest_argument(const struct words *w, enum arg_form form, const char *word)
{
    struct nearest near = {0};
    for (size_t t = w->takers; t-- > 0;)
        for (size_t i = 0; i < w->taker[t]->arg_count; i++) {
            const struct arg_spec *s = &w->taker[t]->args[i];
            if (!has_form(s, form))
                continue;
            nearest_try(&near, word, s->name);
            if (s->alias)
                nearest_try(&near, word, s->alias);
        }
    return near.name;
}

static bool takes_expressions(const struct words *w)
{
    for (size_t t = 0; t < w->takers; t++)
        for (size_t i = 0; i < w->taker[t]->arg_count; i++) {
            const struct arg_spec *s = &w->taker[t]->args[i];
            bool place = s->form == POSITIONAL || s->form == REST;
            if (place && (s->type == ARG_EXPR || s->type == ARG_EXPRS))
                return true;
        }
    return false;
}

/* Adds the names of all arguments of that form. */
static void add_names(const struct words *w, enum arg_form form, struct str *to)
{
    for (size_t t = w->takers; t-- > 0;)
        for (size_t i = 0; i < w->taker[t]->arg_count; i++)
            if (has_form(&w->taker[t]->args[i], form))
                str_addf(to, " %s", w->taker[t]->args[i].name);
}

/* The hint for a word that is no argument of that form: what there is. */
static void hint_names(const struct words *w, enum arg_form form, struct err *e)
{
    struct str names = {0};
    const char *noun = form == KEY ? "keys" : "clauses";
    add_names(w, form, &names);
    if (!names.failed && names.size > 0)
        err_hint(e, "its %s are%s", noun, names.text);
    else
        err_hint(e, "it takes no %s", noun);
    str_finish(&names);
}

static int unknown_key(const struct words *w, const struct key *k, struct err *e)
{
    char name[SHOWN_ROOM] = "";
    struct str target = {0};
    if (k->name)
        str_add(&target, k->name);
    else
        node_print(&target, k->pair->target);
    if (target.text)
        strncat(name, target.text, sizeof name - 1);
    str_finish(&target);
    const char *near = nearest_argument(w, KEY, name);
    err_at(e, k->where, "%s has no key \"%s\"", last_taker(w)->name, name);
    if (takes_word(w, CLAUSE, name))
        return err_hint(e, "write %s without =: %s ...", name, name);
    if (near)
        return err_hint(e, "did you mean %s?", near);
    if (takes_expressions(w) && last_taker(w) == w->taker[0]) {
        err_at(e, k->equals, "a comparison is == (or ~ within)");
        return err_hint(e, "write %s == ...", name);
    }
    hint_names(w, KEY, e);
    return -1;
}

static int unknown_clause(const struct words *w, const struct clause *c, struct err *e)
{
    const char *name = last_taker(w)->name;
    err_at(e, c->where, "%s takes no \"%s\"", name, c->word);
    if (takes_word(w, KEY, c->word))
        return err_hint(e, "write %s=...", c->word);
    hint_names(w, CLAUSE, e);
    return -1;
}

int binding_hint_usage(const struct words *w, const struct entry *entry, struct err *e)
{
    struct str usage = {0};
    for (size_t t = 0; t < w->takers && w->taker[t] != entry; t++)
        str_addf(&usage, "%s ", w->taker[t]->name);
    (w->s ? usage_print : usage_call_print)(&usage, entry);
    if (!usage.failed)
        err_hint(e, "write %s", usage.text);
    str_finish(&usage);
    return -1;
}

/* `let k 3`, `set h.kernel l1(1)`: the = is missing. */
static bool hint_equals(const struct words *w, const struct entry *entry, struct err *e)
{
    const struct node *const *n = (const struct node *const *)w->values.item;
    struct str line = {0};
    bool pair = false;
    for (size_t i = 0; i < entry->arg_count; i++)
        pair = pair || entry->args[i].form == PAIR;
    if (!pair || w->next || w->values.count > 2 || n[0]->kind != NODE_PATH)
        return false;
    str_addf(&line, "write %s %s = ", entry->name, n[0]->text);
    if (w->values.count == 2)
        node_print(&line, n[1]);
    else
        str_add(&line, "VALUE");
    const bool fits = !line.failed && line.size < 160;
    if (fits)
        err_hint(e, "%s", line.text);
    str_finish(&line);
    return fits;
}

/* `dense 10 relu l2(0.01)`: a penalty without its slot, the first that the entry has. */
static bool hint_slot(const struct node *n, const struct entry *entry, struct err *e)
{
    struct str line = {0};
    size_t i = 0;
    while (i < entry->arg_count && entry->args[i].type != ARG_SUM)
        i++;
    if (i == entry->arg_count || n->kind != NODE_CALL)
        return false;
    str_addf(&line, "a penalty stands behind its slot: %s=", entry->args[i].name);
    node_print(&line, n);
    const bool fits = !line.failed && line.size < 160;
    if (fits)
        err_hint(e, "%s", line.text);
    str_finish(&line);
    return fits;
}

static int too_many(const struct binding *x, const struct words *w)
{
    const struct entry *entry = last_taker(w);
    struct err *e = x->e;
    size_t most = 0;
    for (size_t i = 0; i < entry->arg_count; i++)
        most += entry->args[i].form == POSITIONAL;
    const struct node *n = w->values.item[w->next];
    if (most)
        err_at(e, n->where, "%s takes at most %zu value%s", entry->name, most, most > 1 ? "s" : "");
    else
        err_at(e, n->where, "%s takes no values", entry->name);
    if (w->next && binding_decimal_comma(x, w->values.item[w->next - 1], n))
        return -1;
    return hint_equals(w, entry, e) || hint_slot(n, entry, e) ? -1
                                                              : binding_hint_usage(w, entry, e);
}

static int stray_braces(const struct words *w, struct err *e)
{
    const struct entry *entry = last_taker(w);
    bool rows = false;
    for (size_t i = 0; i < entry->arg_count; i++)
        rows |= entry->args[i].type == ARG_ROWS;
    err_at(e, w->s->braces, "%s takes no %s{ }", entry->name, rows ? "statements in " : "");
    return err_hint(e, "a statement ends at a new line or a ;");
}

int binding_all_taken(const struct binding *x, const struct words *w)
{
    struct err *e = x->e;
    if (w->next < w->values.count)
        return too_many(x, w);
    if (w->values.bars && !w->bars_used) {
        err_at(e, w->values.bar[0], "%s takes no |", last_taker(w)->name);
        return err_hint(e, "| stands between the numbers of several inputs");
    }
    for (size_t k = 0; k < w->keys; k++)
        if (!w->key[k].used)
            return unknown_key(w, &w->key[k], e);
    for (size_t c = 0; w->s && c < w->s->clauses; c++)
        if (!w->clause_used[c])
            return unknown_clause(w, &w->s->clause[c], e);
    bool braces = w->s && (w->s->body || w->s->rows);
    return braces && !w->braces_used ? stray_braces(w, e) : 0;
}
