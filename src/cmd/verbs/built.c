/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/built.h"

#include "cmd/session/journal.h"
#include "cmd/session/state.h"

#include "nn/layer.h"
#include "nn/newest.h"
#include "train/model.h"

/* Whether a person typed the statement that runs, by itself. */
static bool is_typed(const struct session *s)
{
    const struct host *h = s->host;
    return h->person && !h->json && !h->quiet && !checking(s) && !s->sweep &&
           s->journal->level == 1 && !s->journal->bodies;
}

/* The numbers of the layers that the calls from `first` on are the first calls of. */
static size_t new_numbers(const struct graph *g, id first)
{
    size_t total = 0;
    for (id w = 0; w < g->weights; w++) {
        id oldest = g->layer[g->weight[w].layer].newest_call;
        while (oldest != NOTHING && g->call[oldest].before != NOTHING)
            oldest = g->call[oldest].before;
        total += oldest != NOTHING && oldest >= first ? g->weight[w].count : 0;
    }
    return total;
}

static void add_shapes(struct str *to, const struct graph *g, const struct call *c)
{
    char text[80];
    for (size_t i = 0; i < c->inputs; i++)
        str_addf(to, "%s%s", i ? ", " : "",
                 shape_text(&g->value[c->input[i]].shape, text, sizeof text));
    str_addf(to, "%s%s", c->inputs ? " -> " : "",
             shape_text(&g->value[c->output].shape, text, sizeof text));
}

int say_built(struct session *s, struct err *e)
{
    const struct graph *g = current_model(s)->graph;
    struct str text = {0};
    if (!is_typed(s) || !g->calls)
        return 0;
    id call = (id)g->calls - 1;
    while (g->call[call].caller != NOTHING)
        call = g->call[call].caller;
    const struct call *c = &g->call[call];
    const struct layer *l = &g->layer[c->layer];
    const size_t numbers = new_numbers(g, call);
    str_addf(&text, "%s: ", c->name);
    add_shapes(&text, g, c);
    if (numbers)
        str_addf(&text, ", %zu number%s", numbers, numbers > 1 ? "s" : "");
    else if (c->before != NOTHING && (l->weights || l->body))
        str_addf(&text, ", the numbers of %s", l->name);
    str_add(&text, "\n");
    return session_report(s, &text, e);
}

int say_deleted(struct session *s, const struct newest *n, struct err *e)
{
    const struct graph *g = current_model(s)->graph;
    const size_t numbers = g->weight_reals - n->weight_reals;
    struct str text = {0};
    size_t terms = 0;
    if (!is_typed(s))
        return 0;
    for (size_t t = 0; t < g->terms; t++)
        terms += g->term[t].layer != NOTHING && g->term[t].layer >= n->layers;
    str_addf(&text, "%s: gone", n->name);
    if (numbers)
        str_addf(&text, ", with %zu number%s", numbers, numbers > 1 ? "s" : "");
    if (terms)
        str_addf(&text, "%s %zu penalt%s", numbers ? " and" : ", with", terms,
                 terms > 1 ? "ies" : "y");
    str_add(&text, "\n");
    return session_report(s, &text, e);
}
