/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/activation_slope.h"
#include "nn/edit.h"
#include "nn/joint_term.h"
#include "nn/layer.h"

#include <stdio.h>
#include <string.h>

struct graph *graph_create(void)
{
    struct graph *g = mem_new(1, sizeof *g);
    if (g)
        g->owners = 1;
    return g;
}

struct graph *graph_share(struct graph *g)
{
    g->owners++;
    return g;
}

void graph_destroy(struct graph *g)
{
    if (!g || --g->owners)
        return;
    mem_free(g->layer);
    mem_free(g->weight);
    mem_free(g->call);
    mem_free(g->value);
    mem_free(g->term);
    mem_free(g->body_at);
    index_finish(&g->layer_index);
    index_finish(&g->call_index);
    index_finish(&g->body_index);
    arena_finish(&g->arena);
    mem_free(g);
}

static const char *keep_text(struct graph *g, const char *text)
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
    l->body_room = l->bodies;
    memcpy(body, l->body, l->bodies * sizeof *body);
    for (size_t i = 0; i < l->bodies; i++)
        if (!(body[i].name = keep_text(to, body[i].name)) ||
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
        l->name = keep_text(to, l->name);
        l->args = args_copy(&to->arena, l->args);
        if (!l->name || !l->args || move_body(to, l))
            return -1;
        for (id w = l->first_weight; w < l->first_weight + l->weights; w++) {
            to->weight[w].path = keep_text(to, to->weight[w].path);
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
        if (!(to->call[i].name = keep_text(to, to->call[i].name)) ||
            move_ids(to, &to->call[i].input, to->call[i].inputs))
            return -1;
    for (size_t i = 0; i < to->terms; i++)
        if (!(to->term[i].args = args_copy(&to->arena, to->term[i].args)))
            return -1;
    return 0;
}

/* The key of a call in the body of a block. */
enum { BODY_KEY = 400 };
static const char *body_key(const struct graph *g, id block, const char *name, char key[BODY_KEY])
{
    snprintf(key, BODY_KEY, "%s.%s", g->layer[block].name, name);
    return key;
}

static int index_all(struct graph *to)
{
    char key[BODY_KEY];
    int failed = 0;
    for (size_t i = 0; i < to->layers && !failed; i++)
        failed = index_add(&to->layer_index, to->layer[i].name);
    for (size_t i = 0; i < to->calls && !failed; i++)
        failed = index_add(&to->call_index, to->call[i].name);
    for (size_t i = 0; i < to->bodies && !failed; i++) {
        const struct body_at at = to->body_at[i];
        const char *name = to->layer[at.block].body[at.number].name;
        failed = index_add(&to->body_index, body_key(to, at.block, name, key));
    }
    return failed;
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
    to->bodies = g->bodies;
    to->weight_reals = g->weight_reals;
    to->numbered = g->numbered;
    to->joints = g->joints;
    to->outputs = g->outputs;
    memcpy(to->output, g->output, sizeof to->output);
    if (copy_items(&to->layer, &to->layer_room, g->layer, g->layers, sizeof *g->layer) ||
        copy_items(&to->weight, &to->weight_room, g->weight, g->weights, sizeof *g->weight) ||
        copy_items(&to->call, &to->call_room, g->call, g->calls, sizeof *g->call) ||
        copy_items(&to->value, &to->value_room, g->value, g->values, sizeof *g->value) ||
        copy_items(&to->term, &to->term_room, g->term, g->terms, sizeof *g->term) ||
        copy_items(&to->body_at, &to->body_room, g->body_at, g->bodies, sizeof *g->body_at) ||
        move_layers(to) || move_rest(to) || index_all(to)) {
        graph_destroy(to);
        return NULL;
    }
    to->packed = to->arena.bytes;
    return to;
}

int graph_own(struct graph **g, struct err *e)
{
    enum { LITTLE = 1 << 16 };
    if ((*g)->owners == 1 && (*g)->arena.bytes <= 2 * (*g)->packed + LITTLE)
        return 0;
    struct graph *own = graph_copy(*g);
    if (!own)
        return err_memory(e);
    graph_destroy(*g);
    *g = own;
    return 0;
}

id graph_find_layer(const struct graph *g, const char *name)
{
    uint32_t i = index_first(&g->layer_index, name);
    while (i != INDEX_NONE && strcmp(g->layer[i].name, name) != 0)
        i = index_next(&g->layer_index, i);
    return i;
}

id graph_find_call(const struct graph *g, const char *name)
{
    uint32_t i = index_first(&g->call_index, name);
    while (i != INDEX_NONE && strcmp(g->call[i].name, name) != 0)
        i = index_next(&g->call_index, i);
    return i;
}

const struct body_call *graph_find_body(const struct graph *g, id block, const char *name)
{
    char key[BODY_KEY];
    uint32_t i = index_first(&g->body_index, body_key(g, block, name, key));
    for (; i != INDEX_NONE; i = index_next(&g->body_index, i)) {
        const struct body_call *found = &g->layer[g->body_at[i].block].body[g->body_at[i].number];
        if (g->body_at[i].block == block && strcmp(found->name, name) == 0)
            return found;
    }
    return NULL;
}

int graph_add_body(struct graph *g, id block, id layer, const char *name, struct inputs on,
                   struct span where, struct err *e)
{
    struct layer *l = &g->layer[block];
    char key[BODY_KEY];
    if (l->bodies == l->body_room) {
        const size_t room = l->bodies ? 2 * l->bodies : 4;
        struct body_call *body = arena_new(&g->arena, room, sizeof *body);
        if (!body)
            return err_memory(e);
        if (l->bodies)
            memcpy(body, l->body, l->bodies * sizeof *body);
        l->body = body;
        l->body_room = room;
    }
    const struct body_call made = {.layer = layer,
                                   .name = keep_text(g, name),
                                   .input = on.item,
                                   .inputs = on.count,
                                   .where = where};
    l->body[l->bodies] = made;
    if (!made.name || move_ids(g, &l->body[l->bodies].input, on.count) ||
        mem_room(&g->body_at, &g->body_room, g->bodies + 1, sizeof *g->body_at) ||
        index_add(&g->body_index, body_key(g, block, name, key)))
        return err_memory(e);
    g->body_at[g->bodies++] = (struct body_at){block, (uint32_t)l->bodies++};
    return 0;
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
    const id newest = g->layer[layer].newest_call;
    return newest != NOTHING && g->call[newest].before == NOTHING ? newest : NOTHING;
}

const struct args *graph_activation(const struct graph *g, id call)
{
    const struct args *a = g->layer[g->call[call].layer].args;
    const size_t i = entry_meaning(a->entry, MEANS_OUTPUT_ACTIVATION);
    return i < a->entry->arg_count ? a->arg[i].as.call : NULL;
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

const char *graph_value_name(const struct graph *g, id value)
{
    id call = g->value[value].made_by;
    while (g->call[call].caller != NOTHING && g->call[g->call[call].caller].output == value)
        call = g->call[call].caller;
    return g->call[call].name;
}

bool graph_is_inside(const struct graph *g, id layer, id block)
{
    while (layer != NOTHING && layer != block)
        layer = g->layer[layer].parent;
    return layer == block;
}

size_t graph_call_rows(const struct graph *g, id call)
{
    const struct shape *s = &g->value[g->call[call].output].shape;
    size_t rows = 1;
    for (uint32_t i = 0; i < g->call[call].folds; i++)
        rows *= s->size[i];
    return rows;
}

/* An input that no layer takes and that is no output would eat columns of the data for nothing. */
static int check_inputs_used(const struct graph *g, struct err *e)
{
    bool *used = mem_new(g->values, sizeof *used);
    id c = 0;
    if (!used)
        return err_memory(e);
    for (id k = 0; k < g->calls; k++)
        for (uint32_t i = 0; i < g->call[k].inputs; i++)
            used[g->call[k].input[i]] = true;
    while (c < g->calls && (!g->layer[g->call[c].layer].kind->source || used[g->call[c].output] ||
                            graph_is_output(g, g->call[c].output)))
        c++;
    mem_free(used);
    if (c == g->calls)
        return 0;
    err_at(e, g->call[c].where, "nothing uses the input %s", g->call[c].name);
    return err_hint(e, "call a layer on it: dense 8 on %s; or leave it out", g->call[c].name);
}

int graph_check_applied(const struct graph *g, struct err *e)
{
    if (check_inputs_used(g, e))
        return -1;
    for (size_t i = 0; i < g->terms; i++) {
        const struct term *t = &g->term[i];
        if (term_is_joint(t) || g->layer[t->layer].built)
            continue;
        const struct layer *l = &g->layer[t->layer];
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
static int constrain_weight(struct graph *g, struct weight *w, const struct weight_spec *spec,
                            struct err *e)
{
    const struct args *a = spec->of ? spec->of : g->layer[w->layer].args;
    const struct args *constraint =
        spec->constraint ? args_get(a, spec->constraint)->as.call : NULL;
    if (constraint && constraint_check(constraint, &w->shape, e))
        return -1;
    if (constraint && !((const struct constraint_kind *)constraint->entry)->apply)
        constraint = NULL;
    return edit_constraint(g, (id)(w - g->weight)) || copy_constraint(g, w, constraint)
               ? err_memory(e)
               : 0;
}

static const struct args *init_of(const struct layer *l, const struct weight_spec *spec)
{
    return spec->init ? args_get(spec->of ? spec->of : l->args, spec->init)->as.call : &init_zeros;
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
                         .path = keep_text(g, path),
                         .shape = spec->shape,
                         .at = g->weight_reals,
                         .count = shape_count(&spec->shape),
                         .moving = spec->moving,
                         .straight = spec->straight,
                         .ones_at = spec->ones_at,
                         .ones = spec->ones,
                         .init = args_copy(&g->arena, init_of(l, spec))};
    if (!w->path || !w->init)
        return err_memory(e);
    if (init_check(w->init, &w->shape, e) || constrain_weight(g, w, spec, e))
        return err_place(e, l->where);
    g->weights++;
    g->weight_reals += w->count;
    if (g->weight_reals <= most_weights)
        return 0;
    err_at(e, l->where, "%s would have %zu numbers", path, w->count);
    return err_hint(e, "all weights together may have 2,147,483,648");
}

int weight_fill(const struct weight *w, uint64_t seed, const struct stop *stop, real *to,
                struct err *e)
{
    if (init_fill(w->init, &w->shape, seed, w->path, stop, to, e))
        return -1;
    for (size_t i = 0; i < w->ones; i++)
        to[w->ones_at + i] = R(1.0);
    return 0;
}

bool graph_decays(const struct graph *g, id weight)
{
    const struct layer *l = &g->layer[g->weight[weight].layer];
    struct weight_spec spec[WEIGHTS_MOST];
    layer_weights(l, spec);
    const char *decay = spec[weight - l->first_weight].decay;
    return !decay || args_yes(l->args, decay);
}

static int check_shape(const struct args *term, const struct shape *shape, bool activity,
                       struct err *e)
{
    const struct penalty_kind *kind = penalty_kind_of(term);
    return kind->check ? kind->check(term, shape, activity, e) : 0;
}

/* "l1, l2 and l1l2": the kinds that can leave steps out. */
static const char *list_masked(char *text, size_t room)
{
    const struct entry *last = NULL;
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i <= penalty_kinds.rows && used < room; i++) {
        const struct entry *now = i < penalty_kinds.rows ? penalty_kinds.row[i] : NULL;
        if (now && ((const struct penalty_kind *)now)->masked == MASKED_REFUSED)
            continue;
        if (last)
            used += (size_t)snprintf(text + used, room - used, "%s%s",
                                     !used ? ""
                                     : now ? ", "
                                           : " and ",
                                     last->name);
        last = now;
    }
    return text;
}

/* Whether an activity penalty can leave steps out, where the call that it is on has a mask. */
static int check_masked(const struct graph *g, id call, const struct args *term, struct err *e)
{
    const struct value *y = &g->value[g->call[call].output];
    const struct penalty_kind *kind = penalty_kind_of(term);
    const bool apart = kind->masked == MASKED_ROWS && kind->along_steps(term, &y->shape);
    char list[250];
    if (y->mask == NOTHING || (kind->masked != MASKED_REFUSED && !apart))
        return 0;
    err_at(e, term->where, "%s cannot leave out the steps of %s that %s masks", term->entry->name,
           g->call[call].name, g->call[g->value[y->mask].made_by].name);
    if (apart)
        return err_hint(e,
                        "its formula goes along samples or steps, axis 0 or 1; without axis=, or "
                        "along the axes behind them, it can");
    return err_hint(e, "%s can", list_masked(list, sizeof list));
}

/* Whether a term fits what it is applied to: its weight, or the calls made so far. Of several
 * errors the oldest call's is told. */
static int check_fit(const struct graph *g, const struct term *t, struct err *e)
{
    int failed = 0;
    /* A weight in a block that was not called yet is looked at when it is made. */
    if (!t->activity && t->weight == NOTHING)
        return 0;
    if (!t->activity)
        return check_shape(t->args, &g->weight[t->weight].shape, false, e);
    for (id c = g->layer[t->layer].newest_call; c != NOTHING; c = g->call[c].before)
        if (g->call[c].output != NOTHING &&
            (check_shape(t->args, &g->value[g->call[c].output].shape, true, e) ||
             check_masked(g, c, t->args, e)))
            failed = -1;
    return failed;
}

int graph_add_weights(struct graph *g, id layer, struct err *e)
{
    struct layer *l = &g->layer[layer];
    struct weight_spec spec[WEIGHTS_MOST];
    int failed = 0;
    l->first_weight = (id)g->weights;
    size_t n = layer_weights(l, spec);
    for (size_t i = 0; i < n; i++)
        if (add_weight(g, l, &spec[i], e))
            return -1;
    l->weights = (uint32_t)n;
    for (id t = l->newest_term; t != NOTHING; t = g->term[t].before) {
        if (g->term[t].activity)
            continue;
        g->term[t].weight = graph_find_weight(g, layer, g->term[t].slot);
        if (check_fit(g, &g->term[t], e))
            failed = -1;
    }
    return failed;
}

/* Whether a layer has a weight of that name, or will have it when it is called. */
static bool has_weight(const struct layer *l, const char *name)
{
    struct weight_spec spec[WEIGHTS_MOST];
    const size_t n = layer_weights(l, spec);
    for (size_t i = 0; i < n; i++)
        if (strcmp(spec[i].name, name) == 0)
            return true;
    return false;
}

/* Whether a layer has an inside that a penalty of such a kind can look at. */
static int check_inside(const struct layer *l, const struct args *term, bool activity,
                        struct span where, struct err *e)
{
    const char *name = term->entry->name;
    const size_t i = entry_meaning(l->args->entry, MEANS_OUTPUT_ACTIVATION);
    if (!penalty_kind_of(term)->gather_inside)
        return 0;
    if (!activity) {
        err_at(e, where, "%s is a penalty on what a layer does, not on one of its weights", name);
        return err_hint(e, "write it as activity=%s(...)", name);
    }
    if (!l->kind->kernel) {
        err_at(e, where, "%s is of a dense layer, and %s is one of %s", name, l->name,
               l->kind->entry.name);
        return err_hint(e, "put it on the activity of a dense layer");
    }
    const struct args *f = l->args->arg[i].as.call;
    if (!activation_work(f) && activation_has_slopes(activation_use(f).code))
        return 0;
    err_at(e, where, "%s does not know the slopes of %s, the activation of %s", name,
           f->entry->name, l->name);
    return err_hint(e, "leave that to a layer of its own: activation %s", f->entry->name);
}

static int check_slot(const struct graph *g, id layer, const struct arg_spec *slot,
                      const struct args *term, struct err *e)
{
    const bool activity = slot->meaning == MEANS_ACTIVITY;
    const struct arg *reduce = args_get(term, "reduce");
    if (!activity && reduce->given) {
        err_at(e, reduce->key, "reduce= is for activity penalties");
        return err_hint(e, "a weight penalty is summed over the tensor: leave reduce= out");
    }
    if (!activity && !has_weight(&g->layer[layer], slot->name)) {
        err_at(e, term->where, "%s has no %s to penalise", g->layer[layer].name, slot->name);
        return err_hint(e, "leave %s= out, or give the layer a %s", slot->name, slot->name);
    }
    return check_inside(&g->layer[layer], term, activity, term->where, e);
}

/* Whether the terms of a layer's activity fit the output of a call to be made. */
int graph_check_output(const struct graph *g, id layer, const struct shape *out, struct err *e)
{
    int failed = 0;
    for (id t = g->layer[layer].newest_term; t != NOTHING; t = g->term[t].before)
        if (g->term[t].activity && check_shape(g->term[t].args, out, true, e))
            failed = -1;
    return failed;
}

int graph_check_masks(const struct graph *g, id call, struct err *e)
{
    int failed = 0;
    for (id t = g->layer[g->call[call].layer].newest_term; t != NOTHING; t = g->term[t].before)
        if (g->term[t].activity && check_masked(g, call, g->term[t].args, e))
            failed = -1;
    return failed;
}

/* The row of a slot, which lives as long as the table. */
static const struct arg_spec *slot_row(const struct graph *g, id layer, const char *slot)
{
    const struct entry *entry = &g->layer[layer].kind->entry;
    size_t i = 0;
    while (strcmp(entry->args[i].name, slot) != 0)
        i++;
    return &entry->args[i];
}

static int make_term(struct graph *g, id layer, const char *name, const struct args *a,
                     struct term *to, struct err *e)
{
    const struct arg_spec *slot = slot_row(g, layer, name);
    const bool activity = slot->meaning == MEANS_ACTIVITY;
    if (check_slot(g, layer, slot, a, e))
        return -1;
    *to = (struct term){.layer = layer,
                        .slot = slot->name,
                        .activity = activity,
                        .weight = activity ? NOTHING : graph_find_weight(g, layer, slot->name),
                        .reduce = reduce_of(args_get(a, "reduce")->as.choice),
                        .args = args_copy(&g->arena, a),
                        .number = g->numbered++,
                        .where = a->where};
    return to->args ? check_fit(g, to, e) : err_memory(e);
}

static bool is_in_slot(const struct graph *g, id term, const char *slot)
{
    return strcmp(g->term[term].slot, slot) == 0;
}

/* The terms of a slot, oldest first; *place is freed with mem_free. */
static int list_slot(const struct graph *g, id layer, const char *slot, id **place, size_t *count)
{
    size_t n = 0;
    for (id t = g->layer[layer].newest_term; t != NOTHING; t = g->term[t].before)
        n += is_in_slot(g, t, slot);
    *count = n;
    *place = n ? mem_new(n, sizeof **place) : NULL;
    if (n && !*place)
        return -1;
    for (id t = g->layer[layer].newest_term; t != NOTHING; t = g->term[t].before)
        if (is_in_slot(g, t, slot))
            (*place)[--n] = t;
    return 0;
}

/* Numbers that a rule could write may differ; those that a person listed may not. */
static bool is_same_choice(const struct arg *a, const struct arg *b)
{
    if (a->type == ARG_BOOL)
        return a->as.yes == b->as.yes;
    if (a->type == ARG_WHOLE)
        return a->as.whole == b->as.whole;
    if (a->type != ARG_NAME && a->type != ARG_NUMBERS)
        return a->type == ARG_CHOICE ? a->as.choice == b->as.choice : a->type == ARG_NUMBER;
    if (!a->given || !b->given)
        return a->given == b->given;
    if (a->type == ARG_NAME)
        return strcmp(a->as.text, b->as.text) == 0;
    return a->as.numbers.count == b->as.numbers.count &&
           memcmp(a->as.numbers.item, b->as.numbers.item,
                  a->as.numbers.count * sizeof *a->as.numbers.item) == 0;
}

static bool is_alike(const struct term *t, const struct args *other)
{
    const struct arg *reduce = args_get(other, "reduce");
    bool alike = t->args->entry == other->entry && t->reduce == reduce_of(reduce->as.choice) &&
                 (t->activity || !reduce->given);
    for (size_t i = 0; alike && i < other->entry->arg_count; i++)
        alike = &other->arg[i] == reduce || is_same_choice(&t->args->arg[i], &other->arg[i]);
    return alike;
}

uint32_t graph_same_terms(const struct graph *g, id layer, const char *slot, const struct arg *sum)
{
    size_t left = sum->as.calls.count;
    uint32_t first = NOTHING;
    for (id t = g->layer[layer].newest_term; t != NOTHING; t = g->term[t].before) {
        if (!is_in_slot(g, t, slot))
            continue;
        if (left == 0 || !is_alike(&g->term[t], sum->as.calls.item[--left]))
            return NOTHING;
        first = g->term[t].number;
    }
    return left ? NOTHING : first;
}

static int take_terms_out(struct graph *g, const id *place, size_t count)
{
    size_t kept = 0, next = 0;
    if (edit_terms_out(g, place, count))
        return -1;
    for (id t = 0; t < g->terms; t++)
        if (next < count && place[next] == t)
            next++;
        else
            g->term[kept++] = g->term[t];
    g->terms = kept;
    graph_relink_terms(g);
    return 0;
}

static int append_term(struct graph *g, const struct term *t)
{
    if (mem_room(&g->term, &g->term_room, g->terms + 1, sizeof *g->term))
        return -1;
    g->term[g->terms] = *t;
    graph_link_term(g, (id)g->terms++);
    return 0;
}

int graph_add_term(struct graph *g, const struct args *a, struct err *e)
{
    const struct term t = {.layer = NOTHING,
                           .slot = joint_term.entry.args[JOINT_STRENGTH].name,
                           .weight = NOTHING,
                           .reduce = REDUCE_SUM,
                           .args = args_copy(&g->arena, a),
                           .number = g->numbered++,
                           .before = NOTHING,
                           .where = a->where};
    g->joints++;
    return t.args && append_term(g, &t) == 0 ? 0 : err_memory(e);
}

int graph_drop_term(struct graph *g, id term, struct err *e)
{
    return take_terms_out(g, &term, 1) ? err_memory(e) : 0;
}

static int replace_term(struct graph *g, id at, struct term t)
{
    if (edit_term(g, at))
        return -1;
    t.before = g->term[at].before;
    g->term[at] = t;
    return 0;
}

int graph_set_slot(struct graph *g, id layer, const char *slot, const struct arg *sum,
                   struct err *e)
{
    const size_t due = sum->as.calls.count;
    size_t have;
    id *place;
    int failed = list_slot(g, layer, slot, &place, &have) ? err_memory(e) : 0;
    const bool same = have == due;
    if (!failed && have && !same && take_terms_out(g, place, have))
        failed = err_memory(e);
    for (size_t i = 0; i < due && !failed; i++) {
        struct term t;
        failed = make_term(g, layer, slot, sum->as.calls.item[i], &t, e);
        if (!failed && (same ? replace_term(g, place[i], t) : append_term(g, &t)))
            failed = err_memory(e);
    }
    mem_free(place);
    return failed;
}

static bool trainable_of(const struct args *a)
{
    const size_t i = entry_meaning(a->entry, MEANS_TRAINABLE);
    return i == a->entry->arg_count || a->arg[i].as.yes;
}

static bool says_argument(const struct weight_spec *w, const struct arg_spec *arg)
{
    if (arg->meaning == MEANS_BIAS_START)
        return strcmp(w->name, "bias") == 0;
    return !w->of && ((w->init && strcmp(w->init, arg->name) == 0) ||
                      (w->constraint && strcmp(w->constraint, arg->name) == 0) ||
                      (w->decay && strcmp(w->decay, arg->name) == 0));
}

static int nothing_to_freeze(const struct layer *l, struct err *e)
{
    const size_t i = entry_meaning(l->args->entry, MEANS_TRAINABLE);
    err_at(e, l->args->arg[i].key, "%s has no weights that could stay as they are", l->name);
    return err_hint(e, "leave trainable= out");
}

/* An argument about a weight that the layer does not have would be accepted and then ignored. */
static int check_unused(const struct graph *g, id layer, struct err *e)
{
    const struct layer *l = &g->layer[layer];
    struct weight_spec spec[WEIGHTS_MOST];
    const size_t n = layer_weights(l, spec);
    if (!n && !l->trainable && !l->kind->weights)
        return nothing_to_freeze(l, e);
    for (size_t i = 0; i < l->args->entry->arg_count; i++) {
        const struct arg_spec *arg = &l->args->entry->args[i];
        const bool start = arg->meaning == MEANS_BIAS_START;
        const bool init = start || arg->of == &init_kinds, decay = arg->meaning == MEANS_DECAY;
        size_t k = 0;
        if (!l->args->arg[i].given || (!init && !decay && arg->of != &constraint_kinds))
            continue;
        while (k < n && !says_argument(&spec[k], arg))
            k++;
        if (k < n)
            continue;
        const char *of = start ? "bias" : arg->name;
        const int thing = (int)strcspn(of, "_");
        err_at(e, l->args->arg[i].key, "%s= says how a %.*s %s, and %s has none", arg->name, thing,
               of,
               init    ? "starts"
               : decay ? "decays"
                       : "is held",
               l->name);
        if (thing == 4 && strncmp(of, "bias", 4) == 0)
            return err_hint(e, "leave out %s=, or use_bias=no", arg->name);
        return err_hint(e, "leave %s= out, or give the layer a %.*s", arg->name, thing, of);
    }
    return 0;
}

/* Constraints follow the layer's arguments. */
static int take_constraints(struct graph *g, id layer, struct err *e)
{
    const struct layer *l = &g->layer[layer];
    struct weight_spec spec[WEIGHTS_MOST];
    const size_t n = layer_weights(l, spec);
    for (size_t i = 0; l->built && i < n; i++)
        if (constrain_weight(g, &g->weight[l->first_weight + i], &spec[i], e))
            return -1;
    return 0;
}

/* Another activation may have other weights than there are, and terms may be on those. */
static int check_new_weights(const struct graph *g, id layer, const struct args *was,
                             struct span where, struct err *e)
{
    struct layer old = g->layer[layer];
    const struct layer *l = &g->layer[layer];
    struct weight_spec spec[WEIGHTS_MOST], before[WEIGHTS_MOST];
    old.args = was;
    const size_t n = layer_weights(l, spec), n_before = layer_weights(&old, before);
    bool same = n == n_before;
    for (size_t i = 0; same && i < n; i++)
        same = strcmp(spec[i].name, before[i].name) == 0;
    if (l->built && !same) {
        const bool more = n > n_before;
        err_at(e, where, "%s %s the weight %s, and which weights there are is settled", l->name,
               more ? "would get" : "would lose",
               more ? spec[n - 1].name : before[n_before - 1].name);
        return err_hint(e, "make another layer, or another model");
    }
    for (id t = l->newest_term; t != NOTHING; t = g->term[t].before)
        if (!g->term[t].activity && !has_weight(l, g->term[t].slot)) {
            err_at(e, where, "%s would have no %s, on which there is a penalty", l->name,
                   g->term[t].slot);
            return err_hint(e, "take the penalty out first: set %s.%s = none", l->name,
                            g->term[t].slot);
        }
    return l->built ? layer_check_activation(l, e) : 0;
}

/* How weights of an activation started stays as it was; to give it anew is an error. */
static int keep_init(const struct args *was, struct args *now, struct err *e)
{
    for (size_t i = 0; was && now && was->entry == now->entry && i < now->entry->arg_count; i++) {
        if (now->entry->args[i].of != &init_kinds)
            continue;
        if (now->arg[i].given) {
            err_at(e, now->arg[i].key, "%s= says how the weights start, and they have",
                   now->entry->args[i].name);
            return err_hint(e, "leave it out, or make another layer");
        }
        now->arg[i] = was->arg[i];
    }
    return 0;
}

/* Whether the layer's terms go with its activation. */
static int check_activation(const struct graph *g, id layer, struct span where, struct err *e)
{
    for (id t = g->layer[layer].newest_term; t != NOTHING; t = g->term[t].before)
        if (check_inside(&g->layer[layer], g->term[t].args, g->term[t].activity, where, e))
            return -1;
    return 0;
}

int graph_set_arg(struct graph *g, id layer, size_t arg, const struct arg *value, struct err *e)
{
    struct layer *l = &g->layer[layer];
    const struct arg_spec *spec = &l->args->entry->args[arg];
    if (edit_layer(g, layer))
        return err_memory(e);
    const bool activation = spec->meaning == MEANS_OUTPUT_ACTIVATION;
    const struct args *was = l->args;
    if (spec->type == ARG_SUM && graph_set_slot(g, layer, spec->name, value, e))
        return -1;
    if (activation && l->built && keep_init(l->args->arg[arg].as.call, value->as.call, e))
        return -1;
    /* The copy takes the new value along with the old ones. */
    struct arg *changed = arena_new(&g->arena, l->args->entry->arg_count, sizeof *changed);
    if (!changed)
        return err_memory(e);
    memcpy(changed, l->args->arg, l->args->entry->arg_count * sizeof *changed);
    changed[arg] = *value;
    if (spec->type == ARG_SUM)
        changed[arg].as.calls.count = 0;
    const struct args with = {.entry = l->args->entry, .where = l->args->where, .arg = changed};
    if (!(l->args = args_copy(&g->arena, &with)))
        return err_memory(e);
    l->trainable = trainable_of(l->args);
    if (activation && check_new_weights(g, layer, was, value->where, e))
        return -1;
    if ((spec->of == &constraint_kinds || activation) && take_constraints(g, layer, e))
        return -1;
    if (spec->meaning == MEANS_OUTPUT_ACTIVATION && check_activation(g, layer, value->where, e))
        return -1;
    return check_unused(g, layer, e);
}

int graph_add_slots(struct graph *g, id layer, struct err *e)
{
    const struct args *a = g->layer[layer].args;
    g->layer[layer].trainable = trainable_of(a);
    for (size_t i = 0; i < a->entry->arg_count; i++) {
        if (a->entry->args[i].type != ARG_SUM)
            continue;
        if (graph_set_slot(g, layer, a->entry->args[i].name, &a->arg[i], e))
            return -1;
        a->arg[i].as.calls.count = 0;
    }
    return check_unused(g, layer, e);
}
