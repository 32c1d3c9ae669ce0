/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/graph.h"

#include "nn/layer.h"

#include <stdio.h>
#include <string.h>

struct graph *graph_create(void)
{
    return mem_new(1, sizeof(struct graph));
}

void graph_destroy(struct graph *g)
{
    if (!g)
        return;
    mem_free(g->layer);
    mem_free(g->weight);
    mem_free(g->call);
    mem_free(g->value);
    mem_free(g->term);
    arena_finish(&g->arena);
    mem_free(g);
}

static const char *keep(struct graph *g, const char *text)
{
    return arena_text(&g->arena, text, strlen(text));
}

static int copy_items(void *items, size_t *room, const void *from, size_t count, size_t size)
{
    if (mem_room(items, room, count, size))
        return -1;
    void *to;
    memcpy(&to, items, sizeof to);
    if (count)
        memcpy(to, from, count * size);
    return 0;
}

static int move_ids(struct graph *to, const id **ids, uint32_t count)
{
    id *moved = arena_new(&to->arena, count, sizeof *moved);
    if (moved && count)
        memcpy(moved, *ids, count * sizeof *moved);
    *ids = moved;
    return moved ? 0 : -1;
}

static int move_body(struct graph *to, struct layer *l)
{
    struct body_call *body = l->body ? arena_new(&to->arena, l->bodies, sizeof *body) : NULL;
    if (!body)
        return l->body ? -1 : 0;
    memcpy(body, l->body, l->bodies * sizeof *body);
    for (size_t i = 0; i < l->bodies; i++)
        if (!(body[i].name = keep(to, body[i].name)) ||
            move_ids(to, &body[i].input, body[i].inputs))
            return -1;
    l->body = body;
    return 0;
}

static int copy_constraint(struct graph *g, struct weight *w, const struct args *from)
{
    w->constraint = from ? args_copy(&g->arena, from) : NULL;
    return from && !w->constraint ? -1 : 0;
}

/* Everything that points into the old graph's arena moves into the new one's. */
static int move_layers(struct graph *to)
{
    for (size_t i = 0; i < to->layers; i++) {
        struct layer *l = &to->layer[i];
        l->name = keep(to, l->name);
        l->args = args_copy(&to->arena, l->args);
        if (!l->name || !l->args || move_body(to, l))
            return -1;
        for (id w = l->first_weight; w < l->first_weight + l->weights; w++) {
            to->weight[w].path = keep(to, to->weight[w].path);
            to->weight[w].init = args_copy(&to->arena, to->weight[w].init);
            if (!to->weight[w].path || !to->weight[w].init ||
                copy_constraint(to, &to->weight[w], to->weight[w].constraint))
                return -1;
        }
    }
    return 0;
}

static int move_rest(struct graph *to)
{
    for (size_t i = 0; i < to->calls; i++)
        if (!(to->call[i].name = keep(to, to->call[i].name)) ||
            move_ids(to, &to->call[i].input, to->call[i].inputs))
            return -1;
    for (size_t i = 0; i < to->terms; i++)
        if (!(to->term[i].args = args_copy(&to->arena, to->term[i].args)) ||
            !(to->term[i].slot = keep(to, to->term[i].slot)))
            return -1;
    return 0;
}

struct graph *graph_copy(const struct graph *g)
{
    struct graph *to = graph_create();
    if (!to)
        return NULL;
    to->layers = g->layers;
    to->weights = g->weights;
    to->calls = g->calls;
    to->values = g->values;
    to->terms = g->terms;
    to->weight_reals = g->weight_reals;
    to->outputs = g->outputs;
    memcpy(to->output, g->output, sizeof to->output);
    if (copy_items(&to->layer, &to->layer_room, g->layer, g->layers, sizeof *g->layer) ||
        copy_items(&to->weight, &to->weight_room, g->weight, g->weights, sizeof *g->weight) ||
        copy_items(&to->call, &to->call_room, g->call, g->calls, sizeof *g->call) ||
        copy_items(&to->value, &to->value_room, g->value, g->values, sizeof *g->value) ||
        copy_items(&to->term, &to->term_room, g->term, g->terms, sizeof *g->term) ||
        move_layers(to) || move_rest(to)) {
        graph_destroy(to);
        return NULL;
    }
    return to;
}

id graph_find_layer(const struct graph *g, const char *name)
{
    for (id i = 0; i < g->layers; i++)
        if (strcmp(g->layer[i].name, name) == 0)
            return i;
    return NOTHING;
}

id graph_find_call(const struct graph *g, const char *name)
{
    for (id i = 0; i < g->calls; i++)
        if (strcmp(g->call[i].name, name) == 0)
            return i;
    return NOTHING;
}

id graph_find_weight(const struct graph *g, id layer, const char *name)
{
    const struct layer *l = &g->layer[layer];
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
        if (strcmp(g->weight[w].name, name) == 0)
            return w;
    return NOTHING;
}

bool graph_trains(const struct graph *g, id weight)
{
    const struct weight *w = &g->weight[weight];
    return g->layer[w->layer].trainable && !w->moving;
}

id graph_only_call(const struct graph *g, id layer)
{
    id found = NOTHING;
    for (id i = 0; i < g->calls; i++)
        if (g->call[i].layer == layer) {
            if (found != NOTHING)
                return NOTHING;
            found = i;
        }
    return found;
}

const struct args *graph_activation(const struct graph *g, id call)
{
    const struct args *a = g->layer[g->call[call].layer].args;
    for (size_t i = 0; i < a->entry->arg_count; i++)
        if (strcmp(a->entry->args[i].name, "activation") == 0)
            return a->arg[i].as.call;
    return NULL;
}

size_t graph_outputs(const struct graph *g, id to[OUTPUTS_MOST])
{
    if (!g->outputs && g->values)
        to[0] = (id)g->values - 1;
    else
        memcpy(to, g->output, g->outputs * sizeof *to);
    return g->outputs ? g->outputs : g->values > 0;
}

bool graph_is_output(const struct graph *g, id value)
{
    id output[OUTPUTS_MOST];
    const size_t n = graph_outputs(g, output);
    for (size_t i = 0; i < n; i++)
        if (output[i] == value)
            return true;
    return false;
}

/* An input that no layer takes and that is no output would eat columns of the data for nothing. */
static int check_inputs_used(const struct graph *g, struct err *e)
{
    for (id c = 0; c < g->calls; c++) {
        bool used =
            !g->layer[g->call[c].layer].kind->source || graph_is_output(g, g->call[c].output);
        for (id k = 0; k < g->calls && !used; k++)
            for (uint32_t i = 0; i < g->call[k].inputs; i++)
                used = used || g->call[k].input[i] == g->call[c].output;
        if (used)
            continue;
        err_at(e, g->call[c].where, "nothing uses the input %s", g->call[c].name);
        return err_hint(e, "call a layer on it: dense 8 on %s; or leave it out", g->call[c].name);
    }
    return 0;
}

int graph_check_applied(const struct graph *g, struct err *e)
{
    if (check_inputs_used(g, e))
        return -1;
    for (size_t i = 0; i < g->terms; i++) {
        const struct term *t = &g->term[i];
        const struct layer *l = &g->layer[t->layer];
        if (l->built)
            continue;
        const char *block = g->layer[l->parent].name;
        err_at(e, t->where, "the penalty %s.%s is applied nowhere: %s is never called", l->name,
               t->slot, block);
        return err_hint(e,
                        "call it, for example: %s on x; or take the penalty out: set %s.%s = none",
                        block, l->name, t->slot);
    }
    return 0;
}

void graph_mark_reached(const struct graph *g, bool *to)
{
    id output[OUTPUTS_MOST];
    const size_t n = graph_outputs(g, output);
    memset(to, 0, g->values * sizeof *to);
    for (size_t i = 0; i < n; i++)
        to[output[i]] = true;
    /* What a value depends on stands before it. */
    for (size_t v = g->values; v-- > 0;) {
        const struct call *c = &g->call[g->value[v].made_by];
        for (uint32_t i = 0; to[v] && i < c->inputs; i++)
            to[c->input[i]] = true;
    }
}

/* The flat block holds at most this many numbers. */
static const size_t most_weights = (size_t)1 << 31;

/* The constraint that the layer's argument says. */
static int constrain(struct graph *g, struct weight *w, const struct weight_spec *spec,
                     struct err *e)
{
    const struct args *a = g->layer[w->layer].args;
    const struct args *constraint =
        spec->constraint ? args_get(a, spec->constraint)->as.call : NULL;
    if (constraint && constraint_check(constraint, &w->shape, e))
        return -1;
    if (constraint && !((const struct constraint_kind *)constraint->entry)->apply)
        constraint = NULL;
    return copy_constraint(g, w, constraint) ? err_memory(e) : 0;
}

static int add_weight(struct graph *g, const struct layer *l, const struct weight_spec *spec,
                      struct err *e)
{
    char path[200];
    snprintf(path, sizeof path, "%s.%s", l->name, spec->name);
    if (mem_room(&g->weight, &g->weight_room, g->weights + 1, sizeof *g->weight))
        return err_memory(e);
    struct weight *w = &g->weight[g->weights];
    *w = (struct weight){.layer = (id)(l - g->layer),
                         .name = spec->name,
                         .path = keep(g, path),
                         .shape = spec->shape,
                         .at = g->weight_reals,
                         .count = shape_count(&spec->shape),
                         .init = args_copy(&g->arena, args_get(l->args, spec->init)->as.call)};
    if (!w->path || !w->init)
        return err_memory(e);
    if (init_check(w->init, &w->shape, e) || constrain(g, w, spec, e))
        return err_place(e, l->where);
    g->weights++;
    g->weight_reals += w->count;
    if (g->weight_reals <= most_weights)
        return 0;
    err_at(e, l->where, "%s would have %zu numbers", path, w->count);
    return err_hint(e, "all weights together may have 2,147,483,648");
}

static size_t list_weights(const struct layer *l, struct weight_spec spec[WEIGHTS_MOST])
{
    /* Which weights there are does not depend on the shape, known from the first call on. */
    const struct shape any = shape_of(1);
    return l->kind->weights ? l->kind->weights(l->args, l->built ? &l->in : &any, spec) : 0;
}

static int check_shape(const struct args *term, const struct shape *shape, bool activity,
                       struct err *e)
{
    const struct penalty_kind *kind = penalty_kind_of(term);
    return kind->check ? kind->check(term, shape, activity, e) : 0;
}

/* Whether a term fits what it is applied to: its weight, or the calls made so far. */
static int check_fit(const struct graph *g, const struct term *t, struct err *e)
{
    /* A weight in a block that was not called yet is looked at when it is made. */
    if (!t->activity && t->weight == NOTHING)
        return 0;
    if (!t->activity)
        return check_shape(t->args, &g->weight[t->weight].shape, false, e);
    for (id c = 0; c < g->calls; c++)
        if (g->call[c].layer == t->layer &&
            check_shape(t->args, &g->value[g->call[c].output].shape, true, e))
            return -1;
    return 0;
}

int graph_add_weights(struct graph *g, id layer, struct err *e)
{
    struct layer *l = &g->layer[layer];
    struct weight_spec spec[WEIGHTS_MOST];
    l->first_weight = (id)g->weights;
    size_t n = list_weights(l, spec);
    for (size_t i = 0; i < n; i++)
        if (add_weight(g, l, &spec[i], e))
            return -1;
    l->weights = (uint32_t)n;
    for (size_t i = 0; i < g->terms; i++)
        if (g->term[i].layer == layer && !g->term[i].activity) {
            g->term[i].weight = graph_find_weight(g, layer, g->term[i].slot);
            if (check_fit(g, &g->term[i], e))
                return -1;
        }
    for (size_t i = n - l->kind->moving; i < n; i++)
        g->weight[l->first_weight + i].moving = true;
    return 0;
}

/* Whether a layer has a weight of that name, or will have it when it is called. */
static bool has_weight(const struct layer *l, const char *name)
{
    struct weight_spec spec[WEIGHTS_MOST];
    const size_t n = list_weights(l, spec);
    for (size_t i = 0; i < n; i++)
        if (strcmp(spec[i].name, name) == 0)
            return true;
    return false;
}

static int check_slot(const struct graph *g, id layer, const char *slot, const struct args *term,
                      struct err *e)
{
    bool activity = strcmp(slot, "activity") == 0;
    const struct arg *reduce = args_get(term, "reduce");
    if (!activity && reduce->given) {
        err_at(e, reduce->key, "reduce= is for activity penalties");
        return err_hint(e, "a weight penalty is summed over the tensor: leave reduce= out");
    }
    if (!activity && !has_weight(&g->layer[layer], slot)) {
        err_at(e, term->where, "%s has no %s to penalise", g->layer[layer].name, slot);
        return err_hint(e, "leave %s= out, or give the layer a %s", slot, slot);
    }
    return 0;
}

/* Whether the terms of a layer's activity fit the output of a call to be made. */
int graph_check_output(const struct graph *g, id layer, const struct shape *out, struct err *e)
{
    for (id t = 0; t < g->terms; t++)
        if (g->term[t].layer == layer && g->term[t].activity &&
            check_shape(g->term[t].args, out, true, e))
            return -1;
    return 0;
}

int graph_set_slot(struct graph *g, id layer, const char *slot, const struct arg *sum,
                   struct err *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->terms; i++)
        if (g->term[i].layer != layer || strcmp(g->term[i].slot, slot) != 0)
            g->term[kept++] = g->term[i];
    g->terms = kept;
    for (size_t i = 0; i < sum->as.calls.count; i++) {
        const struct args *a = sum->as.calls.item[i];
        if (check_slot(g, layer, slot, a, e))
            return -1;
        if (mem_room(&g->term, &g->term_room, g->terms + 1, sizeof *g->term))
            return err_memory(e);
        struct term *t = &g->term[g->terms];
        *t = (struct term){.layer = layer,
                           .activity = strcmp(slot, "activity") == 0,
                           .weight = graph_find_weight(g, layer, slot),
                           .reduce = reduce_of(args_get(a, "reduce")->as.choice),
                           .args = args_copy(&g->arena, a),
                           .where = a->where};
        t->slot = keep(g, slot);
        if (!t->args || !t->slot)
            return err_memory(e);
        if (check_fit(g, t, e))
            return -1;
        g->terms++;
    }
    return 0;
}

static bool trainable_of(const struct args *a)
{
    for (size_t i = 0; i < a->entry->arg_count; i++)
        if (strcmp(a->entry->args[i].name, "trainable") == 0)
            return a->arg[i].as.yes;
    return true;
}

static bool says(const struct weight_spec *w, const char *arg)
{
    return strcmp(w->init, arg) == 0 || (w->constraint && strcmp(w->constraint, arg) == 0);
}

/* An argument about a weight that the layer does not have would be accepted and then ignored. */
static int check_unused(const struct graph *g, id layer, struct err *e)
{
    const struct layer *l = &g->layer[layer];
    struct weight_spec spec[WEIGHTS_MOST];
    const size_t n = list_weights(l, spec);
    for (size_t i = 0; i < l->args->entry->arg_count; i++) {
        const struct arg_spec *arg = &l->args->entry->args[i];
        const bool init = arg->of == &init_kinds;
        size_t k = 0;
        if (!l->args->arg[i].given || (!init && arg->of != &constraint_kinds))
            continue;
        while (k < n && !says(&spec[k], arg->name))
            k++;
        if (k < n)
            continue;
        const int thing = (int)strcspn(arg->name, "_");
        err_at(e, l->args->arg[i].key, "%s= says how a %.*s %s, and %s has none", arg->name, thing,
               arg->name, init ? "starts" : "is held", l->name);
        if (thing == 4 && strncmp(arg->name, "bias", 4) == 0)
            return err_hint(e, "leave out %s=, or use_bias=no", arg->name);
        return err_hint(e, "leave %s= out, or give the layer a %.*s", arg->name, thing, arg->name);
    }
    return 0;
}

/* Constraints follow the layer's arguments. */
static int take_constraints(struct graph *g, id layer, struct err *e)
{
    const struct layer *l = &g->layer[layer];
    struct weight_spec spec[WEIGHTS_MOST];
    const size_t n = list_weights(l, spec);
    for (size_t i = 0; l->built && i < n; i++)
        if (constrain(g, &g->weight[l->first_weight + i], &spec[i], e))
            return -1;
    return check_unused(g, layer, e);
}

int graph_set_arg(struct graph *g, id layer, size_t arg, const struct arg *value, struct err *e)
{
    struct layer *l = &g->layer[layer];
    const struct arg_spec *spec = &l->args->entry->args[arg];
    if (spec->type == ARG_SUM && graph_set_slot(g, layer, spec->name, value, e))
        return -1;
    /* The copy takes the new value along with the old ones. */
    struct arg *changed = arena_new(&g->arena, l->args->entry->arg_count, sizeof *changed);
    if (!changed)
        return err_memory(e);
    memcpy(changed, l->args->arg, l->args->entry->arg_count * sizeof *changed);
    changed[arg] = *value;
    const struct args with = {.entry = l->args->entry, .where = l->args->where, .arg = changed};
    if (!(l->args = args_copy(&g->arena, &with)))
        return err_memory(e);
    l->trainable = trainable_of(l->args);
    return take_constraints(g, layer, e);
}

int graph_add_slots(struct graph *g, id layer, struct err *e)
{
    const struct args *a = g->layer[layer].args;
    g->layer[layer].trainable = trainable_of(a);
    for (size_t i = 0; i < a->entry->arg_count; i++)
        if (a->entry->args[i].type == ARG_SUM &&
            graph_set_slot(g, layer, a->entry->args[i].name, &a->arg[i], e))
            return -1;
    return check_unused(g, layer, e);
}
