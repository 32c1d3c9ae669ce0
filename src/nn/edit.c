/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/edit.h"

#include <string.h>

void graph_begin(struct graph *g, struct graph_edit *to)
{
    *to = (struct graph_edit){.layers = g->layers,
                              .weights = g->weights,
                              .calls = g->calls,
                              .values = g->values,
                              .terms = g->terms,
                              .bodies = g->bodies,
                              .weight_reals = g->weight_reals,
                              .outputs = g->outputs};
    memcpy(to->output, g->output, sizeof to->output);
    g->edit = to;
}

void graph_end(struct graph *g)
{
    g->edit = NULL;
}

void graph_edit_finish(struct graph_edit *was)
{
    arena_finish(&was->arena);
    mem_free(was->item);
    *was = (struct graph_edit){0};
}

size_t graph_edit_bytes(const struct graph_edit *was)
{
    return was->arena.bytes + was->room * sizeof *was->item;
}

void graph_link_term(struct graph *g, id term)
{
    if (g->term[term].layer == NOTHING)
        return;
    struct layer *l = &g->layer[g->term[term].layer];
    g->term[term].before = l->newest_term;
    l->newest_term = term;
}

void graph_link_call(struct graph *g, id call)
{
    struct layer *l = &g->layer[g->call[call].layer];
    g->call[call].before = l->newest_call;
    l->newest_call = call;
}

void graph_relink_terms(struct graph *g)
{
    for (size_t l = 0; l < g->layers; l++)
        g->layer[l].newest_term = NOTHING;
    for (id t = 0; t < g->terms; t++)
        graph_link_term(g, t);
}

/* A fresh edit with a copy of `args`; NULL without memory. */
static struct edit *note_edit(struct graph_edit *to, enum edit_kind kind, id at,
                              const struct args *args)
{
    if (mem_room(&to->item, &to->room, to->count + 1, sizeof *to->item))
        return NULL;
    struct edit *x = &to->item[to->count];
    *x = (struct edit){.kind = kind, .at = at, .here = args};
    if (args && !(x->kept = args_copy(&to->arena, args)))
        return NULL;
    return x;
}

int edit_layer(struct graph *g, id layer)
{
    if (!g->edit || layer >= g->edit->layers)
        return 0;
    struct edit *x = note_edit(g->edit, EDIT_LAYER, layer, g->layer[layer].args);
    if (!x)
        return -1;
    x->layer = g->layer[layer];
    g->edit->count++;
    return 0;
}

int edit_constraint(struct graph *g, id weight)
{
    if (!g->edit || weight >= g->edit->weights)
        return 0;
    if (!note_edit(g->edit, EDIT_CONSTRAINT, weight, g->weight[weight].constraint))
        return -1;
    g->edit->count++;
    return 0;
}

static struct term *keep_terms(struct graph *g, struct edit *x, const id *place, size_t count)
{
    x->term = arena_new(&g->edit->arena, count, sizeof *x->term);
    for (size_t i = 0; x->term && i < count; i++)
        x->term[i] = g->term[place[i]];
    return x->term;
}

int edit_term(struct graph *g, id term)
{
    if (!g->edit)
        return 0;
    struct edit *x = note_edit(g->edit, EDIT_TERM, term, g->term[term].args);
    if (!x || !keep_terms(g, x, &term, 1))
        return -1;
    g->edit->count++;
    return 0;
}

int edit_terms_out(struct graph *g, const id *place, size_t count)
{
    struct edit *x = g->edit ? note_edit(g->edit, EDIT_TERMS_OUT, 0, NULL) : NULL;
    if (!g->edit)
        return 0;
    if (!x || !keep_terms(g, x, place, count) ||
        !(x->place = arena_new(&g->edit->arena, count, sizeof *place)) ||
        !(x->kept_of = arena_new(&g->edit->arena, count, sizeof *x->kept_of)))
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!(x->kept_of[i] = args_copy(&g->edit->arena, x->term[i].args)))
            return -1;
    memcpy(x->place, place, count * sizeof *place);
    x->count = count;
    x->terms = g->terms;
    g->edit->count++;
    return 0;
}

static void cut_terms(struct graph *g, size_t terms)
{
    while (g->terms > terms) {
        const struct term *t = &g->term[--g->terms];
        if (t->layer != NOTHING)
            g->layer[t->layer].newest_term = t->before;
    }
}

static void cut_calls(struct graph *g, size_t calls)
{
    while (g->calls > calls) {
        const struct call *c = &g->call[--g->calls];
        g->layer[c->layer].newest_call = c->before;
    }
    index_cut(&g->call_index, calls);
}

static void put_layer(struct graph *g, const struct edit *x)
{
    struct layer *l = &g->layer[x->at];
    l->args = x->here;
    l->trainable = x->layer.trainable;
    l->built = x->layer.built;
    l->in = x->layer.in;
    l->first_weight = x->layer.first_weight;
    l->weights = x->layer.weights;
    /* A term finds its weight when its layer gets weights. */
    for (id t = l->newest_term; !l->built && t != NOTHING; t = g->term[t].before)
        g->term[t].weight = NOTHING;
}

/* Terms that were taken out, at their places again; what came after them goes. */
static void put_terms_in(struct graph *g, const struct edit *x)
{
    size_t out = x->count, from = x->terms - x->count;
    cut_terms(g, from);
    for (size_t to = x->terms; out > 0; to--)
        if (x->place[out - 1] == to - 1)
            g->term[to - 1] = x->term[--out];
        else
            g->term[to - 1] = g->term[--from];
    g->terms = x->terms;
    graph_relink_terms(g);
}

static void put_back(struct graph *g, const struct edit *x)
{
    switch (x->kind) {
    case EDIT_LAYER:
        put_layer(g, x);
        break;
    case EDIT_CONSTRAINT:
        g->weight[x->at].constraint = x->here;
        break;
    case EDIT_TERM: {
        const id before = g->term[x->at].before;
        g->term[x->at] = *x->term;
        g->term[x->at].args = x->here;
        g->term[x->at].before = before;
        break;
    }
    case EDIT_TERMS_OUT:
        put_terms_in(g, x);
        break;
    }
}

void graph_take_back(struct graph *g, const struct graph_edit *was)
{
    g->edit = NULL;
    for (size_t i = was->count; i-- > 0;)
        put_back(g, &was->item[i]);
    cut_terms(g, was->terms);
    cut_calls(g, was->calls);
    index_cut(&g->body_index, was->bodies);
    index_cut(&g->layer_index, was->layers);
    g->bodies = was->bodies;
    g->values = was->values;
    g->weights = was->weights;
    g->layers = was->layers;
    g->weight_reals = was->weight_reals;
    g->outputs = was->outputs;
    memcpy(g->output, was->output, sizeof g->output);
}

/* Arguments move into the graph's memory. */
static int bring_arguments(struct graph *g, struct edit *x)
{
    if (x->kept && !(x->here = args_copy(&g->arena, x->kept)))
        return -1;
    for (size_t i = 0; x->kind == EDIT_TERMS_OUT && i < x->count; i++)
        if (!(x->term[i].args = args_copy(&g->arena, x->kept_of[i])))
            return -1;
    return x->kind == EDIT_TERMS_OUT && mem_room(&g->term, &g->term_room, x->terms, sizeof *g->term)
               ? -1
               : 0;
}

int graph_prepare(struct graph *g, struct graph_edit *was, struct err *e)
{
    for (size_t i = 0; i < was->count; i++)
        if (bring_arguments(g, &was->item[i]))
            return err_memory(e);
    return 0;
}
