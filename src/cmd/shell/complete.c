/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/shell/complete.h"

#include "cmd/common/settings.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/marks.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/session/words.h"
#include "cmd/verbs/topics.h"

#include "expr/functions.h"
#include "lang/token.h"
#include "nn/joint_term.h"
#include "nn/layer.h"
#include "plot/view.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct words {
    char **item;
    size_t count, room;
    size_t most;       /* so many are enough */
    const char *begin; /* what they must begin with */
    size_t begin_size;
    bool failed;
};

/* Whether word and what follows it begin as they must. */
static bool begins_well(const struct words *w, const char *word, const char *after)
{
    const size_t n = strlen(word), most = n < w->begin_size ? n : w->begin_size;
    return memcmp(word, w->begin, most) == 0 &&
           strncmp(after, w->begin + most, w->begin_size - most) == 0;
}

static void add_word(struct words *w, const char *word, const char *after)
{
    if (w->count == w->most || !begins_well(w, word, after))
        return;
    struct str text = {0};
    str_addf(&text, "%s%s", word, after);
    bool known = text.failed;
    for (size_t i = 0; i < w->count && !known; i++)
        known = strcmp(w->item[i], text.text) == 0;
    w->failed = w->failed || text.failed;
    /* One place more for the NULL at the end. */
    if (!known && mem_room(&w->item, &w->room, w->count + 2, sizeof *w->item))
        known = w->failed = true;
    if (known)
        str_finish(&text);
    else
        w->item[w->count++] = text.text;
}

static void add_table(struct words *w, const struct table *t)
{
    for (size_t i = 0; i < t->rows; i++)
        add_word(w, t->row[i]->name, "");
}

static void add_tensors(struct words *w, const struct session *s)
{
    const struct graph *g = current_model(s)->graph;
    /* Calls inside blocks have names for expressions only. */
    for (size_t i = 0; i < g->calls; i++)
        if (g->call[i].caller == NOTHING)
            add_word(w, g->call[i].name, "");
}

static void add_layers(struct words *w, const struct session *s)
{
    const struct graph *g = current_model(s)->graph;
    for (size_t i = 0; i < g->layers; i++)
        add_word(w, g->layer[i].name, "");
}

static void add_models(struct words *w, const struct session *s)
{
    for (size_t i = 0; i < s->models; i++)
        add_word(w, s->model[i]->name, "");
}

static void add_any_model(struct words *w, const struct session *s)
{
    add_word(w, "all", "");
    add_models(w, s);
}

static void add_marks(struct words *w, const struct session *s)
{
    for (size_t i = 0; i < s->marks; i++)
        add_word(w, mark_name(s, i), "");
}

/* hidden.output, hidden.kernel, hidden.kernel.grad */
static void add_values(struct words *w, const struct session *s)
{
    const struct graph *g = current_model(s)->graph;
    static const char *const values[] = {".output", ".input"};
    for (size_t i = 0; i < g->calls; i++)
        for (size_t k = 0; k < 2; k++)
            add_word(w, g->call[i].name, values[k]);
    for (size_t i = 0; i < g->weights; i++) {
        add_word(w, g->weight[i].path, "");
        if (!g->weight[i].moving)
            add_word(w, g->weight[i].path, ".grad");
    }
}

/* What a term may name. */
static void add_joint_words(struct words *w, const struct session *s)
{
    const struct graph *g = current_model(s)->graph;
    add_word(w, "batch", "");
    for (size_t i = 0; i < g->calls; i++)
        add_word(w, g->call[i].name, ".output");
    for (size_t i = 0; i < g->weights; i++)
        add_word(w, g->weight[i].path, "");
}

/* tie.strength; tie.penalty, or, to be taken away, tie. */
static void add_terms(struct words *w, const struct session *s, bool change)
{
    const struct graph *g = current_model(s)->graph;
    for (size_t i = 0; g->joints && i < g->terms; i++)
        if (term_is_joint(&g->term[i])) {
            const char *name = g->term[i].args->arg[JOINT_NAME].as.text;
            add_word(w, name, ".strength");
            add_word(w, name, change ? "" : ".penalty");
        }
}

static bool is_number(const struct arg_spec *spec)
{
    return spec->type == ARG_WHOLE || spec->type == ARG_NUMBER || spec->type == ARG_BOOL;
}

/* hidden.activity.penalty and the like; and, to be changed, hidden.activity. */
static void add_layer_settings(struct words *w, const struct session *s, bool change)
{
    const struct graph *g = current_model(s)->graph;
    char path[300];
    for (size_t i = 0; i < g->layers; i++)
        for (size_t k = 0; k < g->layer[i].kind->entry.arg_count; k++) {
            const struct arg_spec *spec = &g->layer[i].kind->entry.args[k];
            snprintf(path, sizeof path, "%s.%s", g->layer[i].name, spec->name);
            if (change ? setting_changes(spec) : is_number(spec))
                add_word(w, path, "");
            if (!change && spec->type == ARG_SUM)
                add_word(w, path, ".penalty");
        }
    for (size_t i = 0; change && i < g->layers; i++)
        if (g->layer[i].kind == &block_kind)
            add_word(w, g->layer[i].name, ".trainable");
}

/* The keys that something was made with, behind its name: those that are numbers, or, to be
 * changed, those that set takes. */
static void add_keys_of(struct words *w, const char *thing, const struct entry *row,
                        bool (*wanted)(const struct arg_spec *spec))
{
    char path[200];
    for (size_t i = 0; row && i < row->arg_count; i++) {
        snprintf(path, sizeof path, "%s.%s", thing, row->args[i].name);
        if (wanted(&row->args[i]))
            add_word(w, path, "");
    }
}

static void add_settings(struct words *w, const struct session *s, bool change)
{
    const struct model *m = current_model(s);
    for (size_t i = 0; i < setting_parts.rows; i++) {
        const struct setting_part *part = (const struct setting_part *)setting_parts.row[i];
        /* What can never lack something has no numbers. */
        if (change || part->missing)
            add_keys_of(w, part->entry.name, part->keys(s, m),
                        change || !part->args(s, m) ? part->changes : is_number);
    }
    add_layer_settings(w, s, change);
    add_terms(w, s, change);
}

static void add_changeable(struct words *w, const struct session *s)
{
    add_settings(w, s, true);
}

static void add_variables(struct words *w, const struct session *s)
{
    for (size_t i = 0; i < s->variables; i++)
        add_word(w, s->variable[i].name, "");
}

/* All rows that may stand where the table's rows may: the session's own penalties too. */
static void add_rows(struct words *w, const struct session *s, const struct table *t)
{
    add_table(w, t);
    for (size_t i = 0; t == &penalty_kinds && i < s->definitions; i++)
        add_word(w, s->definition[i]->own.kind.entry.name, "");
}

static void add_functions(struct words *w)
{
    for (size_t i = 0; i < functions.rows; i++)
        add_word(w, functions.row[i]->name, "(");
}

static void add_expression_words(struct words *w, const struct session *s)
{
    add_table(w, &quantities);
    add_functions(w);
    add_variables(w, s);
    add_values(w, s);
    add_settings(w, s, false);
}

/* What a verb at the top may call again. */
static void add_callees(struct words *w, const struct session *s)
{
    const struct graph *g = current_model(s)->graph;
    for (size_t i = 0; i < g->layers; i++)
        if (g->layer[i].parent == NOTHING)
            add_word(w, g->layer[i].name, "");
}

/* What `loss` may be on: the outputs, or, before they are named, what may become one. */
static void add_outputs(struct words *w, const struct session *s)
{
    const struct graph *g = current_model(s)->graph;
    for (size_t i = 0; i < g->outputs; i++)
        add_word(w, graph_value_name(g, g->output[i]), "");
    if (!g->outputs)
        add_tensors(w, s);
}

/* Verbs that print what is set when they stand alone can be shown. */
static void add_parts(struct words *w, const struct session *s)
{
    for (size_t i = 0; i < command_table.rows; i++)
        if (((const struct command *)command_table.row[i])->alone_shows)
            add_word(w, command_table.row[i]->name, "");
    add_word(w, "plan", "");
    add_layers(w, s);
    add_values(w, s);
}

static void add_topic(void *self, const char *word)
{
    /* Words of the grammar cannot stand there, signs need no completion. */
    if (word_of(word) == WORD_NAME && word[0] >= 'a' && word[0] <= 'z' && !strchr(word, ' '))
        add_word(self, word, "");
}

static void add_topics(struct words *w, const struct session *s)
{
    topics_each(add_topic, w);
    for (size_t i = 0; i < s->definitions; i++)
        add_word(w, s->definition[i]->own.kind.entry.name, "");
}

/* A view, then layers; or what stands in a view's place. Where no such order can stand, views and
 * expressions follow one another. */
static void add_views(struct words *w, const struct session *s, const struct arg_spec *spec,
                      const struct spot *p)
{
    const bool expressions = spec->of != &picture_orders;
    if (!p->values || expressions)
        add_table(w, &view_kinds);
    if (expressions) {
        add_expression_words(w, s);
        return;
    }
    const struct entry *order = table_find(&picture_orders, p->first);
    if (!p->values)
        add_table(w, &picture_orders);
    else if (order && order->arg_count)
        add_table(w, order->args->of);
    else if (order && p->values == 1)
        add_word(w, "\"", ""); /* a file */
    else if (table_find(&view_kinds, p->first))
        add_layers(w, s);
}

/* What each naming but that of views stands for; a formula's words stand in brackets alone. */
static void (*const named[])(struct words *w, const struct session *s) = {
    [NAMING_TENSORS] = add_tensors,     [NAMING_OUTPUTS] = add_outputs,
    [NAMING_CALLEES] = add_callees,     [NAMING_PARTS] = add_parts,
    [NAMING_MODELS] = add_models,       [NAMING_ANY_MODEL] = add_any_model,
    [NAMING_MARKS] = add_marks,         [NAMING_SETTINGS] = add_changeable,
    [NAMING_VARIABLES] = add_variables, [NAMING_TOPICS] = add_topics,
};

static void add_named(struct words *w, const struct session *s, const struct arg_spec *spec,
                      const struct spot *p)
{
    if (spec->naming == NAMING_VIEWS)
        add_views(w, s, spec, p);
    else if (spec->naming < sizeof named / sizeof *named && named[spec->naming])
        named[spec->naming](w, s);
}

/* What may stand as the value of an argument. */
static void add_values_of(struct words *w, const struct session *s, const struct arg_spec *spec,
                          const struct spot *p)
{
    const bool expression = spec->type == ARG_EXPR || spec->type == ARG_EXPRS;
    if (spec->of && spec->of != &picture_orders)
        add_rows(w, s, spec->of);
    if (spec->type == ARG_SUM || (spec->type == ARG_CALL && !spec->required))
        add_word(w, "none", "");
    /* Behind it readline completes the file's name. */
    if (spec->type == ARG_FILE || spec->type == ARG_FILES)
        add_word(w, "\"", "");
    if (spec->type == ARG_BOOL) {
        add_word(w, "yes", "");
        add_word(w, "no", "");
    }
    if (spec->type == ARG_SUM || spec->type == ARG_WHOLE || spec->type == ARG_NUMBER)
        add_variables(w, s);
    add_named(w, s, spec, p);
    if (expression && spec->naming == NAMING_NOTHING)
        add_expression_words(w, s);
}

static bool is_given(const struct spot *p, const struct arg_spec *spec)
{
    for (size_t i = 0; i < p->givens; i++)
        if (p->given[i] == spec)
            return true;
    return false;
}

const struct arg_spec *due_place(const struct entry *entry, size_t n)
{
    for (size_t i = 0; entry && i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        if (spec->form == REST || (spec->form == POSITIONAL && n == 0))
            return spec;
        n -= spec->form == POSITIONAL;
    }
    return NULL;
}

const struct arg_spec *due_at(const struct spot *p)
{
    if (!p->inner)
        return due_place(p->entry, p->values);
    return due_place(p->inner, p->values - 1);
}

/* The argument that the value before the cursor belongs to, by place. */
static const struct arg_spec *last_place(const struct spot *p)
{
    const size_t before = p->values - (p->inner != NULL);
    return due_place(p->inner ? p->inner : p->entry, before ? before - 1 : 0);
}

static bool takes_several(const struct arg_spec *spec)
{
    return spec->type == ARG_NAMES || spec->type == ARG_CHOICES || spec->type == ARG_EXPRS;
}

/* Keys and clauses that are not given yet. */
static void add_keys(struct words *w, const struct spot *p, const struct entry *entry)
{
    for (size_t i = 0; entry && i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        if (is_given(p, spec))
            continue;
        if (spec->form == KEY)
            add_word(w, spec->name, "=");
        else if (spec->form == CLAUSE)
            add_word(w, spec->name, "");
    }
}

/* The argument that `set` gives a value to: a layer's, or the optimizer's. */
static const struct arg_spec *setting_spec(const struct session *s, const char *path)
{
    const struct model *m = current_model(s);
    const struct setting_part *part = setting_part_of(path);
    const struct entry *a = NULL;
    char thing[SPOT_WORD];
    const char *dot = strrchr(path, '.');
    if (!dot)
        return NULL;
    snprintf(thing, sizeof thing, "%.*s", (int)(dot - path), path);
    const id layer = graph_find_layer(m->graph, thing);
    if (layer != NOTHING)
        a = m->graph->layer[layer].args->entry;
    else if (graph_find_term(m->graph, thing) != NOTHING)
        a = &joint_term.entry;
    else if (part && (part->args(s, m) || !part->missing))
        a = part->keys(s, m);
    for (size_t i = 0; a && i < a->arg_count; i++)
        if (arg_is_named(&a->args[i], dot + 1))
            return &a->args[i];
    return NULL;
}

static const struct arg_spec *pair_of(const struct entry *entry)
{
    for (size_t i = 0; i < entry->arg_count; i++)
        if (entry->args[i].form == PAIR)
            return &entry->args[i];
    return NULL;
}

/* Whether set takes an expression for it, which `every` makes a rule. */
static bool may_follow_rule(const struct arg_spec *spec)
{
    return spec->type == ARG_NUMBER || spec->type == ARG_WHOLE;
}

/* Behind the = of set, let and define. */
static void add_pair_values(struct words *w, const struct session *s, const struct spot *p)
{
    const struct arg_spec *pair = pair_of(p->entry), *setting = setting_spec(s, p->target);
    if (pair && pair->naming == NAMING_FORMULA) {
        add_word(w, "x", "");
        add_functions(w);
        add_variables(w, s);
    } else if (pair && pair->naming == NAMING_JOINT) {
        add_joint_words(w, s);
        add_functions(w);
        add_variables(w, s);
    } else if (pair && pair->naming == NAMING_SETTINGS && setting) {
        add_values_of(w, s, setting, p);
        add_variables(w, s);
        if (may_follow_rule(setting))
            add_expression_words(w, s);
    } else if (pair) {
        add_rows(w, s, &penalty_kinds);
        add_word(w, "none", "");
        add_expression_words(w, s);
    }
}

static bool pair_is_formula(const struct spot *p)
{
    const struct arg_spec *pair = pair_of(p->entry);
    return *p->target && pair && (pair->naming == NAMING_FORMULA || pair->naming == NAMING_JOINT);
}

const struct entry *row_of_call(const struct session *s, const struct spot *p, const char *callee)
{
    const struct arg_spec *spec = p->spec ? p->spec : last_place(p);
    if (*p->target)
        spec = setting_spec(s, p->target);
    const struct table *t = spec && spec->of ? spec->of : *p->target ? &penalty_kinds : NULL;
    if (!t || pair_is_formula(p))
        return NULL;
    const struct definition *own = t == &penalty_kinds ? session_definition(s, callee) : NULL;
    return own ? &own->own.kind.entry : table_find(t, callee);
}

/* In the brackets of a call: its keys, and what its values may be. */
static void complete_call(struct words *w, const struct session *s, const struct spot *p)
{
    const struct open_call *c = &p->open[p->depth - 1];
    const struct entry *row = row_of_call(s, p, c->callee);
    const bool function = !row;
    row = row ? row : table_find(&functions, c->callee);
    if (*c->key) {
        for (size_t i = 0; row && i < row->arg_count; i++)
            if (strcmp(row->args[i].name, c->key) == 0)
                add_values_of(w, s, &row->args[i], p);
        return;
    }
    const struct arg_spec *due = function || !row ? NULL : due_place(row, c->values);
    if (due)
        add_values_of(w, s, due, p);
    if (due && *p->target && may_follow_rule(due))
        add_expression_words(w, s);
    for (size_t i = 0; row && i < row->arg_count; i++)
        if (row->args[i].form == KEY)
            add_word(w, row->args[i].name, "=");
    if (function && pair_is_formula(p))
        add_word(w, "x", "");
    if (function)
        add_expression_words(w, s);
}

static void complete_value(struct words *w, const struct session *s, const struct spot *p)
{
    if (*p->target)
        add_pair_values(w, s, p);
    else if (p->spec)
        add_values_of(w, s, p->spec, p);
    else if (last_place(p))
        add_values_of(w, s, last_place(p), p);
}

static void complete_word(struct words *w, const struct session *s, const struct spot *p)
{
    const struct arg_spec *due = p->spec || *p->target ? NULL : due_at(p);
    const struct arg_spec *pair = pair_of(p->entry);
    if (due)
        add_values_of(w, s, due, p);
    if (p->spec && p->spec->form == CLAUSE && takes_several(p->spec))
        add_values_of(w, s, p->spec, p);
    if (pair && !*p->target)
        add_named(w, s, pair, p);
    add_keys(w, p, p->inner);
    add_keys(w, p, p->keyed);
    add_keys(w, p, p->entry);
}

static void complete_verb(struct words *w, const struct session *s)
{
    add_table(w, &command_table);
    add_table(w, &layer_kinds);
    if (orders_here(s))
        add_table(w, orders_here(s));
    add_callees(w, s);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

struct cursor find_cursor(const char *line, size_t point)
{
    struct cursor c = {0};
    for (size_t i = 0; i < point; i++) {
        if (line[i] == '"' && (!i || line[i - 1] != '\\'))
            c.string = !c.string;
        else if (!c.string && strchr(";{}\n", line[i]))
            c.begin = i + 1;
    }
    while (c.begin < point && (line[c.begin] == ' ' || line[c.begin] == '\t'))
        c.begin++;
    c.word = point;
    while (c.word > c.begin && is_letter(line[c.word - 1]))
        c.word--;
    return c;
}

/* Names of a table may have a - in them: the word then begins further left. */
static size_t dashed_word(const struct session *s, const char *line, const struct cursor *c,
                          size_t point)
{
    struct spot p;
    size_t at = c->word;
    while (at > c->begin && (is_letter(line[at - 1]) || line[at - 1] == '-'))
        at--;
    if (at == c->word || !spot_find(s, line + c->begin, at - c->begin, &p) || p.verb || p.depth)
        return c->word;
    const struct arg_spec *spec = p.spec ? p.spec : due_at(&p);
    for (size_t i = 0; spec && spec->of && i < spec->of->rows; i++)
        if (strncmp(spec->of->row[i]->name, line + at, point - at) == 0)
            return at;
    return c->word;
}

static void complete_at(struct words *w, const struct session *s, const char *line, struct cursor c)
{
    struct spot p;
    if (!spot_find(s, line + c.begin, c.word - c.begin, &p))
        return;
    if (p.verb)
        complete_verb(w, s);
    else if (p.depth)
        complete_call(w, s, &p);
    else if (p.due)
        complete_value(w, s, &p);
    else
        complete_word(w, s, &p);
}

char **session_complete(struct session *s, const char *line, size_t point, size_t *start,
                        char *suffix)
{
    return complete_first(s, line, point, SIZE_MAX, start, suffix);
}

char **complete_first(struct session *s, const char *line, size_t point, size_t most, size_t *start,
                      char *suffix)
{
    struct cursor c = find_cursor(line, point);
    *start = c.word;
    *suffix = ' ';
    if (c.string)
        return NULL;
    c.word = dashed_word(s, line, &c, point);
    struct words w = {.most = most, .begin = line + c.word, .begin_size = point - c.word};
    complete_at(&w, s, line, c);
    *start = c.word;
    if (w.count == 1 && w.item[0][0]) {
        const char last = w.item[0][strlen(w.item[0]) - 1];
        *suffix = strchr("=(\"", last) ? 0 : ' ';
    }
    if (w.count && !w.failed)
        return w.item;
    for (size_t i = 0; i < w.count; i++)
        mem_free(w.item[i]);
    mem_free(w.item);
    return NULL;
}
