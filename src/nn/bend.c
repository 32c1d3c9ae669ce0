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

/* Where a layer is called: in the body of a block, at the top. A wrapper's body is neither. */
static void find_calls(const struct graph *g, id layer, bool *in_a_block, bool *at_the_top)
{
    *in_a_block = *at_the_top = false;
    for (id c = g->layer[layer].newest_call; c != NOTHING; c = g->call[c].before) {
        const id caller = g->call[c].caller;
        *at_the_top = *at_the_top || caller == NOTHING;
        *in_a_block = *in_a_block ||
                      (caller != NOTHING && g->layer[g->call[caller].layer].kind == &block_kind);
    }
}

static bool refuses_activity(const struct graph *g, const struct policy *p, id layer)
{
    bool in_a_block, at_the_top;
    if (p->refuses == REFUSES_NOTHING || g->layer[layer].folds)
        return false;
    find_calls(g, layer, &in_a_block, &at_the_top);
    return in_a_block || (p->refuses == REFUSES_CALLED && at_the_top);
}

id policy_refuses(const struct graph *g, const struct policy *p)
{
    for (id t = 0; t < g->terms; t++)
        if (g->term[t].activity && refuses_activity(g, p, g->term[t].layer))
            return t;
    return NOTHING;
}

static unsigned way_if(enum way way, bool yes)
{
    return yes ? 1U << way : 0;
}

struct bent_ways policy_on_weight(const struct graph *g, const struct policy *p,
                                  const double *listed, id layer)
{
    struct bent_ways b = {.times = listed ? listed[layer] : 1};
    if (!p)
        return b;
    b.ways = way_if(WAY_FROZEN, p->ignores_frozen && !g->layer[layer].trainable) |
             way_if(WAY_CELL, p->drops_cells && g->layer[layer].kind->shape == recurrent_shape) |
             way_if(WAY_BACKWARD, p->drops_backward && is_backward_half(g, layer));
    if (b.ways)
        b.times = 0;
    else
        b.ways = way_if(WAY_COUNTED, b.times != 1);
    return b;
}

static unsigned ways_to_drop(const struct graph *g, const struct policy *p, id layer, id call)
{
    const struct layer_kind *kind = g->layer[layer].kind;
    return way_if(WAY_WRAPPED, p->drops_wrapped && is_wrapped(g, call)) |
           way_if(WAY_WRAPPED_BLOCK, p->drops_blocks && in_wrapped_block(g, call)) |
           way_if(WAY_RECURRENT, (p->drops_recurrent && kind->shape == recurrent_shape) ||
                                     (p->drops_simple_rnn && kind == &layer_simple_rnn)) |
           way_if(WAY_REFUSED, refuses_activity(g, p, layer));
}

struct bent_ways policy_on_activity(const struct graph *g, const struct policy *p,
                                    const double *listed, id call, enum reduce written)
{
    const struct call *c = &g->call[call];
    struct bent_ways b = {.times = 1};
    if (!p)
        return b;
    b.ways = ways_to_drop(g, p, c->layer, call);
    if (b.ways) {
        b.times = 0;
        return b;
    }
    if (p->listing == LIST_BY_LAYER)
        b.times = listed[c->layer];
    b.ways = way_if(WAY_REDUCED, p->sets_reduce && p->reduce != written) |
             way_if(WAY_STEPS,
                    p->divides_by_steps && (is_wrapped(g, call) || in_wrapped_block(g, call))) |
             way_if(WAY_COUNTED, b.times != 1) |
             way_if(WAY_MASKED, p->ignores_masks && g->value[c->output].mask != NOTHING) |
             way_if(WAY_INPUT, p->block_input && c->inputs && in_block(g, call));
    return b;
}

struct bent_ways policy_on_joint(const struct policy *p, bool frozen)
{
    struct bent_ways b = {.times = 1};
    if (p)
        b.ways = way_if(WAY_JOINT, p->drops_joint) |
                 way_if(WAY_FROZEN, !p->drops_joint && p->ignores_frozen && frozen);
    if (b.ways)
        b.times = 0;
    return b;
}

/* The one reason that the ledger shows. What acts elsewhere than it should has a row of its own
 * (nn/compile.c). */
static enum bent bent_by(struct bent_ways b)
{
    static const struct {
        enum way way;
        enum bent bent;
    } order[] = {
        {WAY_REFUSED, BENT_REFUSED},   {WAY_FROZEN, BENT_FROZEN},
        {WAY_WRAPPED, BENT_DROPPED},   {WAY_WRAPPED_BLOCK, BENT_DROPPED},
        {WAY_BACKWARD, BENT_DROPPED},  {WAY_CELL, BENT_DROPPED},
        {WAY_RECURRENT, BENT_DROPPED}, {WAY_JOINT, BENT_DROPPED},
        {WAY_COUNTED, BENT_COUNTED},   {WAY_STEPS, BENT_STEPS},
        {WAY_REDUCED, BENT_REDUCED},
    };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (b.ways & (1U << order[i].way))
            return order[i].way == WAY_COUNTED && b.times == 0 ? BENT_DROPPED : order[i].bent;
    return BENT_NOT;
}

void bend_weight(const struct planner *w, struct applied *a)
{
    const struct bent_ways b =
        policy_on_weight(w->g, w->policy, w->listed, w->g->weight[a->weight].layer);
    a->times = b.times;
    a->bent = bent_by(b);
}

void bend_activity(const struct planner *w, struct applied *a)
{
    const struct policy *p = w->policy;
    const enum reduce written = w->g->term[a->term].reduce;
    const struct bent_ways b = policy_on_activity(w->g, p, w->listed, a->call, written);
    a->times = b.times;
    a->reduce = p && p->sets_reduce ? p->reduce : written;
    a->steps = b.ways & (1U << WAY_STEPS) ? graph_call_rows(w->g, a->call) : 1;
    a->bent = bent_by(b);
}

void bend_joint(const struct planner *w, struct applied *a)
{
    const struct bent_ways b = policy_on_joint(w->policy, a->frozen && !a->joint->values);
    a->times = b.times;
    a->bent = bent_by(b);
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
