/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/names.h"

#include "cmd/session/custom_penalty.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/session/words.h"

#include "expr/functions.h"
#include "lang/token.h"
#include "nn/joint_term.h"
#include "nn/layer.h"
#include "train/model.h"

#include <stdio.h>
#include <string.h>

/* Words that a name may not be (grammar, rule 17): those of the grammar, verbs and layers, what
 * quantities begin with, and some others. */
static bool is_word(const char *name)
{
    const size_t n = strlen(name);
    const struct entry *row = table_find(&language_words, name);
    if (row && ((const struct word_row *)row)->reserved)
        return true;
    for (size_t i = 0; i < quantities.rows; i++) {
        const char *quantity = quantities.row[i]->name;
        if (strncmp(quantity, name, n) == 0 && (!quantity[n] || quantity[n] == '.'))
            return true;
    }
    const struct command *c = (const struct command *)table_find(&command_table, name);
    return word_of(name) != WORD_NAME || (c && !c->in_exercise) || table_find(&layer_kinds, name);
}

uint32_t name_number(struct index *known, size_t count,
                     const char *(*name_of)(const struct session *s, size_t i),
                     const struct session *s, const char *name)
{
    /* There is room: whoever makes a list longer reserves it. */
    while (known->count < count && index_add(known, name_of(s, known->count)) == 0)
        ;
    uint32_t i = index_first(known, name);
    while (i != INDEX_NONE && strcmp(name_of(s, i), name) != 0)
        i = index_next(known, i);
    return i;
}

static const char *model_name(const struct session *s, size_t i)
{
    return s->model[i]->name;
}

uint32_t name_model_number(const struct session *s, const char *name)
{
    return name_number(&s->names->models, s->models, model_name, s, name);
}

/* Where the thing of that name was made, if a model has it. */
static bool is_in_model(const struct model *m, const char *name, struct span *where)
{
    const struct graph *g = m->graph;
    id layer = graph_find_layer(g, name), call = graph_find_call(g, name);
    const id term = graph_find_term(g, name);
    if (term != NOTHING)
        *where = g->term[term].where;
    if (call != NOTHING)
        *where = g->call[call].where;
    if (layer != NOTHING)
        *where = g->layer[layer].where;
    return layer != NOTHING || call != NOTHING || term != NOTHING;
}

/* The same for what all models share: variables and penalties. */
static bool is_shared(const struct session *s, const char *name, struct span *where)
{
    const struct variable *v = name_variable(s, name);
    const struct definition *d = session_definition(s, name);
    *where = v ? v->where : d ? d->where : (struct span){0};
    return v || d;
}

/* The same for one model and what is shared. */
static bool is_taken(const struct session *s, const struct model *m, const char *name,
                     struct span *where)
{
    return is_shared(s, name, where) || is_in_model(m, name, where);
}

uint32_t name_choose(const struct session *s, const struct model *m, const char *base, char *name,
                     size_t room)
{
    struct span where;
    uint32_t n = numbering_next(&m->numbering, base);
    while (snprintf(name, room, "%.80s_%u", base, n), is_taken(s, m, name, &where))
        n++;
    return n;
}

int name_check_word(const char *name, struct span where, struct err *e)
{
    enum { LONGEST = 60 };
    if (strlen(name) > LONGEST) {
        err_at(e, where, "a name has at most %d letters", LONGEST);
        return err_hint(e, "choose a shorter one");
    }
    if (!is_word(name))
        return 0;
    err_at(e, where, "%s is a word of the language", name);
    return err_hint(e, "choose another, %s_1", name);
}

static int say_taken(const struct session *s, const struct model *m, const char *name,
                     struct span where, struct span first, struct err *e)
{
    char other[120];
    const struct source *source = sources_get(&s->sources, first.source);
    uint32_t line = 0, column;
    /* What was made of a file was given where the file is named. */
    while (source && *source->name == '<' && source->from.source) {
        first = source->from;
        source = sources_get(&s->sources, first.source);
    }
    if (source)
        source_place(source, first.at, &line, &column);
    if (source)
        err_at(e, where, "the name %s is given already, at %s:%u", name, source->name, line);
    else
        err_at(e, where, "the name %s is given already", name);
    name_choose(s, m, name, other, sizeof other);
    return err_hint(e, "choose another, %s", other);
}

int name_check_new(const struct session *s, const struct model *m, const char *name,
                   struct span where, struct err *e)
{
    struct span first;
    if (name_check_word(name, where, e))
        return -1;
    return is_taken(s, m, name, &first) ? say_taken(s, m, name, where, first, e) : 0;
}

int name_check_variable(const struct session *s, const char *name, struct span where, struct err *e)
{
    struct span first = {0};
    const struct model *current = current_model(s);
    if (name_check_word(name, where, e))
        return -1;
    if (is_shared(s, name, &first))
        return say_taken(s, current, name, where, first, e);
    for (size_t i = 0; i < s->models; i++)
        if (is_in_model(s->model[i], name, &first))
            return say_taken(s, current, name, where, first, e);
    return 0;
}

int name_check_penalty(const struct session *s, const char *name, struct span where, struct err *e)
{
    if (!table_find(&functions, name))
        return name_check_variable(s, name, where, e);
    err_at(e, where, "%s is a function of the language", name);
    return err_hint(e, "choose another name, my_%s", name);
}

static int unknown_name(const struct graph *g, const char *what, const char *name,
                        struct span where, struct err *e)
{
    struct nearest near = {0};
    for (size_t i = 0; i < g->calls; i++)
        nearest_try(&near, name, g->call[i].name);
    err_at(e, where, "there is no %s \"%s\"", what, name);
    if (near.name)
        return err_hint(e, "did you mean %s?", near.name);
    return err_hint(e,
                    g->calls ? "summary lists the model" : "the model is empty; begin with input");
}

id name_value(const struct graph *g, const char *name, struct span where, struct err *e)
{
    id call = graph_find_call(g, name);
    if (call != NOTHING)
        return g->call[call].output;
    unknown_name(g, "tensor", name, where, e);
    return NOTHING;
}

id name_layer(const struct graph *g, const char *name, struct span where, struct err *e)
{
    id layer = graph_find_layer(g, name), call = graph_find_call(g, name);
    if (layer != NOTHING)
        return layer;
    if (graph_find_term(g, name) != NOTHING) {
        err_at(e, where, "%s is a term, and no layer", name);
        err_hint(e, "it has %s.strength and %s.penalty; set %s = none takes it away", name, name,
                 name);
        return NOTHING;
    }
    if (call == NOTHING) {
        unknown_name(g, "layer", name, where, e);
        return NOTHING;
    }
    const char *owner = g->layer[g->call[call].layer].name;
    err_at(e, where, "%s is a call of the layer %s, which has the weights and penalties", name,
           owner);
    err_hint(e, "name the layer: %s", owner);
    return NOTHING;
}

struct model *name_model(const struct session *s, const char *name, struct span where,
                         struct err *e)
{
    struct nearest near = {0};
    const uint32_t number = name_model_number(s, name);
    if (number != INDEX_NONE)
        return s->model[number];
    for (size_t i = 0; i < s->models; i++)
        nearest_try(&near, name, s->model[i]->name);
    err_at(e, where, "there is no model \"%s\"", name);
    if (near.name)
        err_hint(e, "did you mean %s?", near.name);
    else
        err_hint(e, "model lists them");
    return NULL;
}

static bool names_all(const struct arg *on)
{
    return on->as.names.count == 1 && strcmp(on->as.names.item[0], "all") == 0;
}

static bool is_listed(const struct model *m, struct model *const *list, size_t count,
                      struct span where, struct err *e)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == m) {
            err_at(e, where, "the model %s is named twice", m->name);
            err_hint(e, "name each model once; all is every model");
            return true;
        }
    return false;
}

struct model **name_models(const struct session *s, const struct arg *on, size_t *count,
                           struct err *e)
{
    const size_t room = s->models > on->as.names.count ? s->models : on->as.names.count;
    struct model **list = mem_new(room, sizeof *list);
    *count = 0;
    if (!list) {
        err_memory(e);
        return NULL;
    }
    if (!on->given)
        list[(*count)++] = current_model(s);
    for (size_t i = 0; on->given && names_all(on) && i < s->models; i++)
        if (s->model[i]->graph->layers)
            list[(*count)++] = s->model[i];
    for (size_t i = 0; on->given && !names_all(on) && i < on->as.names.count; i++) {
        struct model *m = name_model(s, on->as.names.item[i], on->as.names.where[i], e);
        if (!m || is_listed(m, list, *count, on->as.names.where[i], e)) {
            mem_free(list);
            return NULL;
        }
        list[(*count)++] = m;
    }
    return list;
}
