/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a policy bends the rows of the ledger. */
#include "nn/layer.h"
#include "nn/planner.h"

static bool in_block(const struct graph *g, id call)
{
    for (id c = g->call[call].caller; c != NOTHING; c = g->call[c].caller)
        if (g->layer[g->call[c].layer].kind == &block_kind)
            return true;
    return false;
}

/* How often a weight's penalty counts: once, or as often as the policy says. */
static double weight_times(const struct graph *g, const struct policy *p, id weight)
{
    const id layer = g->weight[weight].layer;
    double inside = 0, outside = 0;
    for (id c = 0; c < g->calls; c++)
        if (g->call[c].layer == layer)
            *(in_block(g, c) ? &inside : &outside) += 1;
    if (p->ignores_frozen && !g->layer[layer].trainable)
        return 0;
    if (p->layer_weights_again)
        return inside + outside;
    return p->block_weights_again ? inside + (outside > 0) : 1;
}

void bend_weight(const struct graph *g, const struct policy *p, struct applied *a)
{
    a->times = p ? weight_times(g, p, a->weight) : 1;
    a->bent = a->times == 1 ? BENT_NOT : a->times == 0 ? BENT_FROZEN : BENT_COUNTED;
}

void bend_activity(const struct graph *g, const struct policy *p, struct applied *a)
{
    const bool wrapped = g->call[a->call].folds > 0;
    const enum reduce written = g->term[a->term].reduce;
    a->times = 1;
    a->reduce = written;
    a->steps = 1;
    if (!p)
        return;
    if (p->sets_reduce && p->reduce != written) {
        a->reduce = p->reduce;
        a->bent = BENT_REDUCED;
    }
    if (wrapped && p->divides_by_steps) {
        a->steps = graph_call_rows(g, a->call);
        a->bent = BENT_STEPS;
    }
    if (p->refuses_activity || (wrapped && p->drops_wrapped)) {
        a->times = 0;
        a->bent = p->refuses_activity ? BENT_REFUSED : BENT_DROPPED;
    }
}

bool bend_to_input(const struct graph *g, const struct policy *p, id call)
{
    return p && p->block_input && g->call[call].inputs && in_block(g, call);
}

const char *bent_word(enum bent bent)
{
    static const char *const words[] = {
        [BENT_NOT] = "",
        [BENT_REDUCED] = "reduced otherwise",
        [BENT_STEPS] = "divided by the steps",
        [BENT_COUNTED] = "counted once a call",
        [BENT_INPUT] = "on the input",
        [BENT_FROZEN] = "frozen, left out",
        [BENT_DROPPED] = "dropped",
        [BENT_REFUSED] = "refused",
    };
    return words[bent];
}
