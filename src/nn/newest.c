/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/newest.h"

#include "base/mention.h"
#include "nn/layer.h"

/* The calls that go are the last ones; what they made stands at the ends of the lists. */
static void count_calls(const struct graph *g, struct newest *n)
{
    for (size_t c = n->calls; c < g->calls; c++) {
        const struct call *call = &g->call[c];
        const struct layer *l = &g->layer[call->layer];
        if (call->output < n->values && g->value[call->output].made_by >= n->calls)
            n->values = call->output;
        if (call->before == NOTHING && l->weights && l->first_weight < n->weights)
            n->weights = l->first_weight;
    }
    n->weight_reals = n->weights < g->weights ? g->weight[n->weights].at : g->weight_reals;
}

bool graph_newest(const struct graph *g, struct newest *to)
{
    id top = (id)g->layers - 1, call = (id)g->calls - 1;
    *to = (struct newest){.layers = g->layers,
                          .weights = g->weights,
                          .calls = g->calls,
                          .values = g->values,
                          .bodies = g->bodies};
    if (!g->layers)
        return false;
    while (g->layer[top].parent != NOTHING)
        top = g->layer[top].parent;
    to->block = g->layer[top].calls_before == g->calls;
    while (!to->block && g->call[call].caller != NOTHING)
        call = g->call[call].caller;
    to->name = to->block ? g->layer[top].name : g->call[call].name;
    to->calls = to->block ? g->calls : call;
    if (to->block || (g->call[call].layer == top && g->layer[top].kind != &block_kind))
        to->layers = top;
    for (size_t i = to->layers; i < g->layers; i++)
        to->bodies -= g->layer[i].bodies;
    count_calls(g, to);
    return true;
}

bool newest_is_mentioned(const struct graph *g, const struct newest *n, const char *text)
{
    for (size_t i = n->layers; i < g->layers; i++)
        if (text_mentions(text, g->layer[i].name))
            return true;
    for (size_t c = n->calls; c < g->calls; c++)
        if (text_mentions(text, g->call[c].name) ||
            (g->call[c].before == NOTHING && text_mentions(text, g->layer[g->call[c].layer].name)))
            return true;
    return false;
}

/* A layer that stays, as it is before its first call. */
static void note_uncalled(const struct graph *g, id layer, struct graph_edit *to)
{
    struct edit *x = &to->item[to->count++];
    *x = (struct edit){.kind = EDIT_LAYER, .at = layer, .here = g->layer[layer].args};
    x->layer = g->layer[layer];
    x->layer.built = false;
    x->layer.in = (struct shape){0};
    x->layer.first_weight = 0;
    x->layer.weights = 0;
}

int graph_prepare_cut(struct graph *g, const struct newest *n, struct graph_edit *to, struct err *e)
{
    graph_begin(g, to);
    graph_end(g);
    if (mem_room(&to->item, &to->room, g->calls - n->calls, sizeof *to->item))
        return err_memory(e);
    for (size_t c = n->calls; c < g->calls; c++)
        if (g->call[c].before == NOTHING && g->call[c].layer < n->layers)
            note_uncalled(g, g->call[c].layer, to);
    to->layers = n->layers;
    to->weights = n->weights;
    to->calls = n->calls;
    to->values = n->values;
    to->bodies = n->bodies;
    to->weight_reals = n->weight_reals;
    return 0;
}

void graph_cut_terms(struct graph *g, const struct newest *n, struct graph_edit *to)
{
    size_t kept = 0;
    for (size_t t = 0; t < g->terms; t++)
        if (g->term[t].layer == NOTHING || g->term[t].layer < n->layers)
            g->term[kept++] = g->term[t];
    if (kept < g->terms) {
        g->terms = kept;
        graph_relink_terms(g);
    }
    to->terms = kept;
}
