/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a policy bends the rows of the ledger. */
#include "nn/bend.h"

#include "nn/bidirectional.h"
#include "nn/compiler.h"
#include "nn/recurrent.h"

static bool in_block(const struct graph *g, id call)
{
    for (id c = g->call[call].caller; c != NOTHING; c = g->call[c].caller)
        if (g->layer[g->call[c].layer].kind == &block_kind)
            return true;
    return false;
}

/* Whether a call is that of a wrapper, or of what stands right in one. */
static bool is_wrapped(const struct graph *g, id call)
{
    const id caller = g->call[call].caller;
    return g->layer[g->call[call].layer].folds > 0 ||
           (caller != NOTHING && g->layer[g->call[caller].layer].kind == &wrapper_kind);
}

static bool in_wrapped_block(const struct graph *g, id call)
{
    for (id c = g->call[call].caller; c != NOTHING; c = g->call[c].caller)
        if (g->layer[g->call[c].layer].kind == &block_kind && is_wrapped(g, c))
            return true;
    return false;
}

static bool called_in_a_block(const struct graph *g, id layer)
{
    for (id b = 0; b < g->layers; b++)
        for (size_t i = 0; g->layer[b].kind == &block_kind && i < g->layer[b].bodies; i++)
            if (g->layer[b].body[i].layer == layer)
                return true;
    return false;
}

static bool called_at_the_top(const struct graph *g, id layer)
{
    for (id c = 0; c < g->calls; c++)
        if (g->call[c].layer == layer && g->call[c].caller == NOTHING)
            return true;
    return false;
}

static bool refuses_term(const struct graph *g, const struct policy *p, const struct term *t)
{
    if (p->refuses == REFUSES_NOTHING || !t->activity || g->layer[t->layer].folds)
        return false;
    return called_in_a_block(g, t->layer) ||
           (p->refuses == REFUSES_CALLED && called_at_the_top(g, t->layer));
}

id policy_refuses(const struct graph *g, const struct policy *p)
{
    for (id t = 0; t < g->terms; t++)
        if (refuses_term(g, p, &g->term[t]))
            return t;
    return NOTHING;
}

static bool drops_weight(const struct graph *g, const struct policy *p, id layer)
{
    return p && p->drops_backward && is_backward_half(g, layer);
}

static bool drops_activity(const struct graph *g, const struct policy *p, id layer)
{
    const struct layer_kind *kind = g->layer[layer].kind;
    return (p->drops_recurrent && kind->shape == recurrent_shape) ||
           (p->drops_simple_rnn && kind == &layer_simple_rnn);
}

void bend_weight(const struct planner *w, struct applied *a)
{
    const struct policy *p = w->policy;
    const id layer = w->g->weight[a->weight].layer;
    const bool frozen = p && p->ignores_frozen && !w->g->layer[layer].trainable;
    a->times = frozen || drops_weight(w->g, p, layer) ? 0 : w->listed ? w->listed[layer] : 1;
    a->bent = frozen          ? BENT_FROZEN
              : a->times == 0 ? BENT_DROPPED
              : a->times == 1 ? BENT_NOT
                              : BENT_COUNTED;
}

void bend_activity(const struct planner *w, struct applied *a)
{
    const struct graph *g = w->g;
    const struct policy *p = w->policy;
    const enum reduce written = g->term[a->term].reduce;
    const bool wrapped = is_wrapped(g, a->call), block = in_wrapped_block(g, a->call);
    a->times = 1;
    a->reduce = written;
    a->steps = 1;
    if (!p)
        return;
    if (p->sets_reduce && p->reduce != written) {
        a->reduce = p->reduce;
        a->bent = BENT_REDUCED;
    }
    if ((wrapped || block) && p->divides_by_steps) {
        a->steps = graph_call_rows(g, a->call);
        a->bent = BENT_STEPS;
    }
    if (p->listing == LIST_BY_LAYER && w->listed[g->term[a->term].layer] != 1) {
        a->times = w->listed[g->term[a->term].layer];
        a->bent = BENT_COUNTED;
    }
    const bool refused = refuses_term(g, p, &g->term[a->term]);
    if (refused || (wrapped && p->drops_wrapped) || (block && p->drops_blocks) ||
        drops_activity(g, p, g->term[a->term].layer)) {
        a->times = 0;
        a->bent = refused ? BENT_REFUSED : BENT_DROPPED;
    }
}

void bend_joint(const struct planner *w, struct applied *a)
{
    const struct policy *p = w->policy;
    const bool frozen = p && p->ignores_frozen && a->frozen && !a->joint->values;
    a->times = frozen || (p && p->drops_joint) ? 0 : 1;
    if (a->times == 0)
        a->bent = p->drops_joint ? BENT_DROPPED : BENT_FROZEN;
}

bool bend_to_input(const struct planner *w, id call)
{
    return w->policy && w->policy->block_input && w->g->call[call].inputs && in_block(w->g, call);
}

const char *bent_word(enum bent bent)
{
    static const char *const words[] = {
        [BENT_NOT] = "",
        [BENT_REDUCED] = "reduced otherwise",
        [BENT_STEPS] = "divided by the steps",
        [BENT_COUNTED] = "counted several times",
        [BENT_MASKED] = "masked steps counted",
        [BENT_INPUT] = "on the input",
        [BENT_FROZEN] = "frozen, left out",
        [BENT_DROPPED] = "dropped",
        [BENT_REFUSED] = "refused",
    };
    return words[bent];
}
