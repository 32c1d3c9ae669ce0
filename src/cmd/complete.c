/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completion: what may stand at the cursor, read from the tables and the current model. */
#include "cmd/command.h"
#include "cmd/definition.h"

#include "nn/layer.h"
#include "plot/view.h"

#include <stdio.h>
#include <string.h>

struct words {
    char **item;
    size_t count, room;
    const char *begin; /* what they must begin with */
    size_t begin_size;
    bool failed;
};

static void add_word(struct words *w, const char *word, const char *after)
{
    struct str text = {0};
    str_addf(&text, "%s%s", word, after);
    bool known = text.failed || strncmp(text.text, w->begin, w->begin_size) != 0;
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
        if (t != &command_table || !((const struct command *)t->row[i])->later)
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
    add_word(w, "all", "");
    for (size_t i = 0; i < s->models; i++)
        add_word(w, s->model[i]->name, "");
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

/* hidden.activity.penalty and the like; and, to be changed, hidden.activity. */
static void add_layer_settings(struct words *w, const struct session *s, bool change)
{
    const struct graph *g = current_model(s)->graph;
    char path[300];
    for (size_t i = 0; i < g->layers; i++)
        for (size_t k = 0; k < g->layer[i].kind->entry.arg_count; k++) {
            const struct arg_spec *spec = &g->layer[i].kind->entry.args[k];
            const bool number =
                spec->type == ARG_WHOLE || spec->type == ARG_NUMBER || spec->type == ARG_BOOL;
            snprintf(path, sizeof path, "%s.%s", g->layer[i].name, spec->name);
            if (change ? setting_changes(spec) : number)
                add_word(w, path, "");
            if (!change && spec->type == ARG_SUM)
                add_word(w, path, ".penalty");
        }
    for (size_t i = 0; change && i < g->layers; i++)
        if (g->layer[i].kind == &block_kind)
            add_word(w, g->layer[i].name, ".trainable");
}

static void add_settings(struct words *w, const struct session *s)
{
    const struct args *optimizer = current_model(s)->optimizer.args;
    char path[120];
    add_word(w, "data.batch", "");
    add_word(w, "data.shuffle", "");
    for (size_t i = 0; optimizer && i < optimizer->entry->arg_count; i++) {
        snprintf(path, sizeof path, "optimizer.%s", optimizer->entry->args[i].name);
        add_word(w, path, "");
    }
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
    add_layer_settings(w, s, false);
    add_settings(w, s);
}

static bool takes_expression(enum arg_type t)
{
    return t == ARG_EXPR || t == ARG_EXPRS;
}

static void add_values_of(struct words *w, const struct session *s, const struct arg_spec *spec)
{
    if (spec->of)
        add_rows(w, s, spec->of);
    if (spec->type == ARG_SUM)
        add_word(w, "none", "");
    if (spec->type == ARG_BOOL) {
        add_word(w, "yes", "");
        add_word(w, "no", "");
    }
    if (takes_expression(spec->type))
        add_expression_words(w, s);
}

static const struct arg_spec *find_spec(const struct entry *entry, const char *name, size_t n)
{
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        if ((strlen(spec->name) == n && strncmp(spec->name, name, n) == 0) ||
            (spec->alias && strlen(spec->alias) == n && strncmp(spec->alias, name, n) == 0))
            return spec;
    }
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* The statement that the cursor is in, its words and what stands before the cursor's word. */
struct cursor {
    bool string;  /* it stands inside quotes */
    size_t begin; /* of the statement */
    size_t word;  /* of the cursor's word */
};

static struct cursor find_cursor(const char *line, size_t point)
{
    struct cursor p = {0};
    bool string = false;
    for (size_t i = 0; i < point; i++) {
        if (line[i] == '"' && (!i || line[i - 1] != '\\'))
            string = !string;
        else if (!string && (line[i] == ';' || line[i] == '{' || line[i] == '}' || line[i] == '\n'))
            p.begin = i + 1;
    }
    p.string = string;
    while (p.begin < point && (line[p.begin] == ' ' || line[p.begin] == '\t'))
        p.begin++;
    p.word = point;
    /* The names of other systems have a - in them. */
    const bool system = point - p.begin > 8 && strncmp(line + p.begin, "emulate ", 8) == 0;
    while (p.word > p.begin && (is_letter(line[p.word - 1]) || (system && line[p.word - 1] == '-')))
        p.word--;
    return p;
}

/* The word that ends at `end`, going back over blanks and commas; returns its first byte. */
static size_t word_before(const char *line, size_t begin, size_t end, size_t *size)
{
    while (end > begin && (line[end - 1] == ' ' || line[end - 1] == ','))
        end--;
    size_t at = end;
    while (at > begin && is_letter(line[at - 1]))
        at--;
    *size = end - at;
    return at;
}

static bool is_word_at(const char *line, size_t at, size_t size, const char *word)
{
    return strlen(word) == size && strncmp(line + at, word, size) == 0;
}

static const struct entry *entry_of(const struct session *s, const char *line, size_t at,
                                    size_t size)
{
    char verb[80];
    if (!size || size >= sizeof verb)
        return NULL;
    memcpy(verb, line + at, size);
    verb[size] = 0;
    const struct entry *entry = table_find(&command_table, verb);
    if (!entry)
        entry = table_find(&layer_kinds, verb);
    if (!entry && graph_find_layer(current_model(s)->graph, verb) != NOTHING)
        entry = &call_entry;
    return entry;
}

/* The row that an ENTRY argument's word names: `data digits` -> digits. */
static const struct entry *inner_of(const struct entry *entry, const char *line, size_t from,
                                    size_t to)
{
    char word[80];
    size_t size = 0;
    while (from < to && line[from] == ' ')
        from++;
    while (from + size < to && is_letter(line[from + size]))
        size++;
    if (!entry->arg_count || entry->args[0].type != ARG_ENTRY || !size || size >= sizeof word ||
        from + size == to)
        return NULL;
    memcpy(word, line + from, size);
    word[size] = 0;
    return table_find(entry->args[0].of, word);
}

static void add_of_entry(struct words *w, const struct session *s, const struct entry *entry)
{
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        if (spec->form == KEY)
            add_word(w, spec->name, "=");
        else if (spec->form == CLAUSE)
            add_word(w, spec->name, "");
        else
            add_values_of(w, s, spec);
        if (spec->form == PAIR && strcmp(entry->name, "let") == 0) {
            add_variables(w, s);
        } else if (spec->form == PAIR && strcmp(entry->name, "define") != 0) {
            add_layer_settings(w, s, true);
            add_settings(w, s);
        }
    }
}

static void add_help_topics(struct words *w, const struct session *s)
{
    for (size_t i = 0; i < catalogs; i++)
        add_rows(w, s, catalog[i].table);
    add_word(w, "expressions", "");
}

/* What `set` gives a value to: a layer's argument, or the optimizer's. */
static const struct arg_spec *setting_spec(const struct session *s, const char *path, size_t n)
{
    const struct model *m = current_model(s);
    const struct args *a = m->optimizer.args;
    char thing[120];
    size_t dot = n;
    while (dot > 0 && path[dot - 1] != '.')
        dot--;
    if (!dot)
        return NULL;
    snprintf(thing, sizeof thing, "%.*s", (int)dot - 1, path);
    const id layer = graph_find_layer(m->graph, thing);
    if (strcmp(thing, "optimizer") != 0)
        a = layer == NOTHING ? NULL : m->graph->layer[layer].args;
    return a ? find_spec(a->entry, path + dot, n - dot) : NULL;
}

/* What may stand behind `=` or `+`, whose place is `at`; false: no key stands before it. */
static bool complete_value(struct words *w, const struct session *s, const char *line, size_t begin,
                           size_t at, const struct entry *entry, const struct entry *inner)
{
    while (at > begin && line[at] != '=')
        at--;
    if (at == begin || strchr("=<>!", line[at - 1]))
        return false;
    size_t size, key = word_before(line, begin, at, &size);
    const struct arg_spec *spec = inner ? find_spec(inner, line + key, size) : NULL;
    if (!spec)
        spec = find_spec(entry, line + key, size);
    if (spec) {
        add_values_of(w, s, spec);
        return true;
    }
    spec = setting_spec(s, line + key, size);
    if (spec && spec->type != ARG_SUM) {
        add_values_of(w, s, spec);
        add_variables(w, s);
        return true;
    }
    if (strcmp(entry->name, "define") == 0) {
        add_word(w, "x", "");
        add_functions(w);
        add_variables(w, s);
        return true;
    }
    add_rows(w, s, &penalty_kinds);
    add_word(w, "none", "");
    if (strcmp(entry->name, "let") == 0)
        add_expression_words(w, s);
    else
        add_variables(w, s);
    return true;
}

/* Whether a member of the list behind `on` may stand at `end`; *must: nothing else may. */
static bool is_after_on(const char *line, size_t begin, size_t end, bool *must)
{
    size_t size = 1, at = word_before(line, begin, end, &size);
    size_t blank = end;
    while (blank > begin && line[blank - 1] == ' ')
        blank--;
    *must = is_word_at(line, at, size, "on") || (blank > begin && line[blank - 1] == ',');
    while (size && !is_word_at(line, at, size, "on") && !is_word_at(line, at, size, "as") &&
           at > begin)
        at = word_before(line, begin, at, &size);
    return at > begin && is_word_at(line, at, size, "on");
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

static void complete_word(struct words *w, const struct session *s, const struct entry *entry,
                          const struct entry *inner)
{
    if (strcmp(entry->name, "help") == 0) {
        add_help_topics(w, s);
    } else if (strcmp(entry->name, "model") == 0) {
        add_models(w, s);
    } else if (strcmp(entry->name, "output") == 0) {
        add_tensors(w, s);
    } else if (strcmp(entry->name, "timedistributed") == 0 && !inner) {
        add_of_entry(w, s, entry);
        add_callees(w, s);
    } else if (strcmp(entry->name, "show") == 0) {
        add_layers(w, s);
        add_values(w, s);
    } else {
        if (inner)
            add_of_entry(w, s, inner);
        add_of_entry(w, s, entry);
    }
}

static void complete_inside(struct words *w, const struct session *s, const char *line,
                            struct cursor p)
{
    size_t verb_size = 0, at = p.word;
    bool must;
    while (p.begin + verb_size < p.word && is_letter(line[p.begin + verb_size]))
        verb_size++;
    const struct entry *entry = entry_of(s, line, p.begin, verb_size);
    if (!entry)
        return;
    const struct entry *inner = inner_of(entry, line, p.begin + verb_size, p.word);
    while (at > p.begin && line[at - 1] == ' ')
        at--;
    if (at > p.begin && (line[at - 1] == '=' || line[at - 1] == '+') &&
        complete_value(w, s, line, p.begin, at - 1, entry, inner))
        return;
    if (is_after_on(line, p.begin, p.word, &must)) {
        if (strcmp(entry->name, "loss") == 0)
            add_outputs(w, s);
        else if (table_find(&command_table, entry->name) &&
                 strcmp(entry->name, "timedistributed") != 0)
            add_models(w, s);
        else
            add_tensors(w, s);
        if (must)
            return;
    }
    complete_word(w, s, entry, inner);
}

static void complete_verb(struct words *w, const struct session *s)
{
    add_table(w, &command_table);
    add_table(w, &layer_kinds);
    add_callees(w, s);
}

char **session_complete(struct session *s, const char *line, size_t point, size_t *start,
                        char *suffix)
{
    struct cursor p = find_cursor(line, point);
    struct words w = {.begin = line + p.word, .begin_size = point - p.word};
    *start = p.word;
    if (p.string)
        return NULL;
    if (p.word == p.begin)
        complete_verb(&w, s);
    else
        complete_inside(&w, s, line, p);
    *start = p.word;
    *suffix = ' ';
    if (w.count == 1 && w.item[0][0]) {
        char last = w.item[0][strlen(w.item[0]) - 1];
        *suffix = last == '=' || last == '(' ? 0 : ' ';
    }
    if (w.count && !w.failed)
        return w.item;
    for (size_t i = 0; i < w.count; i++)
        mem_free(w.item[i]);
    mem_free(w.item);
    return NULL;
}
