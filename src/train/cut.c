/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/cut.h"

struct leaving {
    const struct graph *g;
    const struct newest *n;
};

static bool is_of_it(const void *self, const char *name)
{
    const struct leaving *x = self;
    return newest_is_mentioned(x->g, x->n, name);
}

/* Numbers that were given to penalties and noise. Another layer may have the place of this one
 * later; a term's number comes never again. */
static void forget_given(struct model *m, const struct newest *n)
{
    struct model_state *s = &m->state;
    for (size_t t = 0; t < m->graph->terms; t++) {
        const struct term *x = &m->graph->term[t];
        if (x->layer != NOTHING && x->layer >= n->layers && x->number < s->penalties)
            choice_finish(&s->penalty[x->number]);
    }
    if (s->noises > n->layers)
        s->noises = n->layers;
}

static void forget_trained(struct model_state *s, const struct newest *n)
{
    if (s->trained > n->weights)
        s->trained = n->weights;
    if (s->trained_reals > n->weight_reals)
        s->trained_reals = n->weight_reals;
    if (s->seeded > n->weights)
        s->seeded = n->weights;
    for (size_t i = NOTED_VAL_HEAD; i < NOTEDS; i++)
        if (s->note[i].of >= n->values)
            s->note[i] = (struct note){0};
}

int model_cut_newest(struct model *m, const struct newest *n, struct err *e)
{
    struct graph_edit cut = {0};
    model_changed(m);
    if (graph_own(&m->graph, e))
        return -1;
    const struct leaving x = {m->graph, n};
    const int failed = graph_prepare_cut(m->graph, n, &cut, e);
    if (!failed) {
        history_forget(&m->history, is_of_it, &x);
        if (m->history.kept.reals > n->weight_reals)
            m->history.kept.reals = n->weight_reals;
        forget_given(m, n);
        forget_trained(&m->state, n);
        for (size_t i = n->layers; i < m->graph->layers; i++)
            numbering_free(&m->numbering, m->graph->layer[i].name);
        graph_cut_terms(m->graph, n, &cut);
        model_take_back(m, &cut);
    }
    graph_edit_finish(&cut);
    return failed;
}
