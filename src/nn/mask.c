/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/mask.h"

#include "nn/layer.h"

static id mask_of_input(const struct graph *g, const struct call *c, uint32_t input)
{
    return g->value[c->input[input]].mask;
}

static uint32_t first_masked(const struct graph *g, const struct call *c)
{
    uint32_t i = 0;
    while (i < c->inputs && mask_of_input(g, c, i) == NOTHING)
        i++;
    return i;
}

static const char *masker_name(const struct graph *g, id mask)
{
    return g->call[g->value[mask].made_by].name;
}

static int refuse_mask(const struct graph *g, const struct call *c, id mask, struct err *e)
{
    const char *verb = g->layer[c->layer].kind->entry.name;
    err_at(e, c->where, "%s would count steps that %s masks as if they were there", verb,
           masker_name(g, mask));
    return err_hint(e,
                    "put a layer that takes the steps in behind it first (lstm, gru, simple_rnn, "
                    "global_avg_pool), or use %s without the mask",
                    verb);
}

static int refuse_turned(const struct graph *g, const struct call *c, id mask, struct err *e)
{
    err_at(e, c->where, "%s puts its steps out from the last to the first, and %s masks some",
           c->name, masker_name(g, mask));
    return err_hint(e, "bidirectional %s has the steps in their order; sequences=no none of them",
                    g->layer[c->layer].kind->entry.name);
}

static int refuse_inside(const struct graph *g, const struct call *c, struct err *e)
{
    err_at(e, c->where, "%s masks steps, and timedistributed takes them one by one",
           g->layer[c->layer].kind->entry.name);
    return err_hint(e, "leave timedistributed out: a mask goes on through it from outside");
}

static int refuse_joined_steps(const struct graph *g, const struct call *c, id mask, struct err *e)
{
    err_at(e, c->where, "%s joins along the steps, and %s masks some of them",
           g->layer[c->layer].kind->entry.name, masker_name(g, mask));
    return err_hint(e, "join along another axis, or before the mask is made");
}

/* Whether all inputs have the same mask. */
static bool is_shared(const struct graph *g, const struct call *c)
{
    for (uint32_t i = 1; i < c->inputs; i++)
        if (mask_of_input(g, c, i) != mask_of_input(g, c, 0))
            return false;
    return true;
}

/* A step of a sum is there where it is in one of the inputs, of what stands side by side where it
 * is in all of them; an input without a mask has all steps. */
static int merge_masks(const struct graph *g, const struct call *c, const struct shape *out,
                       id self, id *mask, struct err *e)
{
    const enum mask_way way = g->layer[c->layer].kind->mask;
    const uint32_t first = first_masked(g, c);
    const id of = mask_of_input(g, c, first);
    if (out->size[0] != g->value[c->input[first]].shape.size[0])
        return refuse_joined_steps(g, c, of, e);
    *mask = is_shared(g, c) ? of : self;
    for (uint32_t i = 0; way == MASK_ANY && i < c->inputs; i++)
        if (mask_of_input(g, c, i) == NOTHING)
            *mask = NOTHING;
    return 0;
}

int mask_of_call(const struct graph *g, id call, const struct shape *out, id self, id *mask,
                 struct err *e)
{
    const struct call *c = &g->call[call];
    const struct layer_kind *kind = g->layer[c->layer].kind;
    const bool makes = kind->makes_mask && kind->makes_mask(g->layer[c->layer].args);
    const uint32_t first = first_masked(g, c);
    *mask = NOTHING;
    if (makes && c->folds)
        return refuse_inside(g, c, e);
    if (makes)
        *mask = self;
    if (makes || first == c->inputs)
        return 0;
    const id of = mask_of_input(g, c, first);
    if (kind->mask == MASK_ANY || kind->mask == MASK_ALL)
        return merge_masks(g, c, out, self, mask, e);
    if (kind->mask == MASK_REFUSES && !c->folds)
        return refuse_mask(g, c, of, e);
    if (kind->turns_steps && kind->turns_steps(g, c->layer))
        return refuse_turned(g, c, of, e);
    /* Where the steps are gone, so is their mask. */
    if (out->axes > 1 && out->size[0] == g->value[c->input[first]].shape.size[0])
        *mask = of;
    return 0;
}
