/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/delta.h"

#include "cmd/session/custom_penalty.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/undo_list.h"

#include <string.h>

struct delta *delta_create(const struct session *s, struct err *e)
{
    struct delta *d = mem_new(1, sizeof *d);
    if (!d) {
        err_memory(e);
        return NULL;
    }
    d->current = s->current;
    d->models = s->models;
    d->definitions = s->definitions;
    d->variables = s->variables;
    d->events = current_model(s)->history.events;
    return d;
}

void delta_destroy(struct delta *d)
{
    if (!d)
        return;
    graph_edit_finish(&d->graph);
    numbers_finish(&d->numbers);
    rules_finish(&d->rules);
    if (d->replaced)
        variable_finish(&d->old);
    model_destroy(d->first);
    mem_free(d->name);
    mem_free(d);
}

size_t delta_bytes(const struct delta *d)
{
    const size_t penalty = 1000;
    return sizeof *d + graph_edit_bytes(&d->graph) + penalty * d->numbers.count +
           rules_bytes(&d->rules) + (d->replaced ? sizeof d->old + 100 : 0);
}

/* A name that is free again, for the numbers that nnr gives. */
static void free_name(struct session *s, const char *name)
{
    for (size_t i = 0; i < s->models; i++)
        numbering_free(&s->model[i]->numbering, name);
}

static void put_variables(struct session *s, struct delta *d)
{
    while (s->variables > d->variables) {
        free_name(s, s->variable[s->variables - 1].name);
        variable_finish(&s->variable[--s->variables]);
    }
    index_cut(&s->names->variables, s->variables);
    if (d->replaced) {
        variable_finish(&s->variable[d->old_at]);
        s->variable[d->old_at] = d->old;
        d->replaced = false;
    }
    for (size_t i = d->definitions; i < s->definitions; i++)
        free_name(s, s->definition[i]->own.kind.entry.name);
    definitions_retire(s, d->definitions);
}

static void put_models(struct session *s, struct delta *d)
{
    while (s->models > d->models - (d->first != NULL)) {
        snapshot_touched(s, s->model[s->models - 1]);
        model_destroy(s->model[--s->models]);
    }
    if (d->first) {
        memmove(s->model + 1, s->model, s->models * sizeof(struct model *));
        s->model[0] = d->first;
        s->models++;
        index_cut(&s->names->models, 0);
        d->first = NULL;
    }
    index_cut(&s->names->models, s->models);
    s->current = d->current;
}

int delta_take_back(struct session *s, struct delta *d, struct err *e)
{
    struct model *m = current_model(s);
    if (d->first && mem_room(&s->model, &s->model_room, s->models + 1, sizeof(struct model *)))
        return err_memory(e);
    if (d->edited && model_restore(m, &d->graph, e))
        return -1;
    if (d->numbers.count)
        numbers_swap(m, &d->numbers);
    if (d->ruled)
        model_swap_rules(m, &d->rules);
    if (d->noised)
        m->state.noise[d->noise_of] = d->noise;
    const bool changed = d->edited || d->numbers.count || d->ruled || d->noised;
    if (changed)
        history_cut_events(&m->history, d->events);
    taken_put_sides(s);
    if (d->name) {
        model_take_name(m, d->name);
        index_cut(&s->names->models, s->current);
        d->name = NULL;
        snapshot_touched(s, m);
    }
    if (changed)
        snapshot_touched(s, m);
    put_models(s, d);
    put_variables(s, d);
    return 0;
}
