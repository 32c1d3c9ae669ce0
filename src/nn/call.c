/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making layers and calling them. A block's call is spelled out: each call of its body becomes a
 * call of the graph, so that whatever walks over calls sees those inside blocks and wrappers too.
 */
#include "nn/call.h"

#include "nn/edit.h"
#include "nn/layer.h"
#include "nn/mask.h"
#include "nn/recurrent.h"

#include <stdio.h>
#include <string.h>

const struct layer_kind block_kind = {
    .entry = {.name = "block", .summary = "a stack of layers that is called as one"}};
const struct layer_kind wrapper_kind = {
    .entry = {.name = "timedistributed",
              .alias = "time_distributed",
              .summary = "a layer called at each step of axis 1"}};

int graph_define(struct graph *g, const struct layer_kind *kind, const struct args *args,
                 const char *name, id parent, uint32_t folds, id *layer, struct err *e)
{
    if (mem_room(&g->layer, &g->layer_room, g->layers + 1, sizeof *g->layer))
        return err_memory(e);
    *layer = (id)g->layers;
    struct layer *l = &g->layer[*layer];
    *l = (struct layer){.kind = kind,
                        .args = args_copy(&g->arena, args),
                        .name = arena_text(&g->arena, name, strlen(name)),
                        .parent = parent,
                        .folds = folds,
                        .trainable = true,
                        .calls_before = g->calls,
                        .newest_term = NOTHING,
                        .newest_call = NOTHING,
                        .where = args->where};
    if (!l->args || !l->name || index_add(&g->layer_index, name))
        return err_memory(e);
    g->layers++;
    return graph_add_slots(g, *layer, e);
}

static const id *keep_ids(struct graph *g, const id *item, uint32_t count)
{
    id *kept = arena_new(&g->arena, count, sizeof *kept);
    if (kept && count)
        memcpy(kept, item, count * sizeof *kept);
    return kept;
}

/* How a layer is called. */
struct calling {
    const char *name;
    id caller;
    uint32_t folds; /* of the callers */
    struct inputs on;
    struct span where;
};

static int call_layer(struct graph *g, id layer, const struct calling *c, id *output,
                      struct err *e);

/* A few lines of blocks in blocks spell out to any number of calls, twenty levels of two to a
 * million: what is refused is a model that would take minutes and gigabytes to make. */
enum { CALLS_MOST = 200000 };

static int too_many(const struct layer *l, const struct calling *c, struct err *e)
{
    err_at(e, c->where, "with %s the model would have more than %d calls", l->name, CALLS_MOST);
    return err_hint(e, "a block is spelled out at each call; nest fewer of them");
}

static int new_call(struct graph *g, id layer, const struct calling *c, id *call, struct err *e)
{
    if (g->calls == CALLS_MOST)
        return too_many(&g->layer[layer], c, e);
    if (mem_room(&g->call, &g->call_room, g->calls + 1, sizeof *g->call))
        return err_memory(e);
    *call = (id)g->calls;
    struct call *made = &g->call[*call];
    *made = (struct call){.layer = layer,
                          .name = arena_text(&g->arena, c->name, strlen(c->name)),
                          .caller = c->caller,
                          .input = keep_ids(g, c->on.item, c->on.count),
                          .inputs = c->on.count,
                          .folds = c->folds + g->layer[layer].folds,
                          .output = NOTHING,
                          .where = c->where};
    if (!made->name || !made->input || index_add(&g->call_index, c->name))
        return err_memory(e);
    graph_link_call(g, (id)g->calls++);
    return 0;
}

/* The longest name of a call, those of the blocks around it included. */
enum { CALL_NAME_MOST = 390 };

/* The j-th call of a block's body; made[] holds the values that body_call.input counts. */
static int call_inside(struct graph *g, id call, size_t j, id *made, struct err *e)
{
    const struct layer *block = &g->layer[g->call[call].layer];
    const struct body_call *b = &block->body[j];
    char name[CALL_NAME_MOST + 1];
    id *input = arena_new(&g->arena, b->inputs, sizeof *input);
    if (!input)
        return err_memory(e);
    for (uint32_t i = 0; i < b->inputs; i++)
        input[i] = made[b->input[i]];
    if (snprintf(name, sizeof name, "%s.%s", g->call[call].name, b->name) >= (int)sizeof name) {
        err_at(e, g->call[call].where,
               "%s lies too deep: its call would have a name of more than %d letters", b->name,
               CALL_NAME_MOST);
        return err_hint(e, "nest fewer blocks, or give them shorter names");
    }
    const struct calling c = {.name = name,
                              .caller = call,
                              .folds = g->call[call].folds,
                              .on = {input, b->inputs},
                              .where = b->where};
    return call_layer(g, b->layer, &c, &made[j + 1], e);
}

/* The deepest line inside stays known; the place is that of the call. */
static int error_inside(const struct graph *g, id call, size_t j, struct err *e)
{
    const struct call *c = &g->call[call];
    if (e->kind != ERR_INPUT)
        return -1;
    if (!e->inside.source)
        e->inside = e->where.source ? e->where : g->layer[c->layer].body[j].where;
    e->where = c->where;
    return -1;
}

static int takes_one(const struct layer *l, const struct calling *c, struct err *e)
{
    if (c->on.count == 1)
        return 0;
    err_at(e, c->where, "%s takes one tensor, and %u are named", l->name, c->on.count);
    return err_hint(e, "concat, add, multiply, average and maximum take several");
}

static int call_block(struct graph *g, id layer, const struct calling *c, id *output, struct err *e)
{
    const size_t n = g->layer[layer].bodies;
    id call;
    if (takes_one(&g->layer[layer], c, e) || new_call(g, layer, c, &call, e))
        return -1;
    if (!g->layer[layer].built && edit_layer(g, layer))
        return err_memory(e);
    g->layer[layer].built = true;
    id *made = arena_new(&g->arena, n + 1, sizeof *made);
    if (!made)
        return err_memory(e);
    made[0] = c->on.item[0];
    for (size_t j = 0; j < n; j++)
        if (call_inside(g, call, j, made, e))
            return error_inside(g, call, j, e);
    *output = g->call[call].output = made[n];
    return 0;
}

static int no_time_axis(const struct graph *g, id value, uint32_t folds, struct span where,
                        struct err *e)
{
    char text[80];
    if (folds > 1) {
        err_at(e, where, "%u timedistributed, one in the other, work along %u axes, and %s is %s",
               folds, folds, graph_value_name(g, value),
               shape_text(&g->value[value].shape, text, sizeof text));
        return err_hint(e, "the layer needs one axis more than those; leave a timedistributed out");
    }
    err_at(e, where, "timedistributed works along a time axis, and %s is %s",
           graph_value_name(g, value), shape_text(&g->value[value].shape, text, sizeof text));
    const struct layer *before = &g->layer[g->call[g->value[value].made_by].layer];
    if (before->kind->shape == recurrent_shape)
        return err_hint(e, "with sequences=yes %s puts out each step", before->name);
    return err_hint(e, "give it data of a shape like 10x64: ten steps of 64");
}

static int shapes_differ(const struct graph *g, id a, id b, const char *verb, struct span where,
                         struct err *e)
{
    char x[80], y[80];
    err_at(e, where, "%s cannot join %s of %s and %s of %s", verb, graph_value_name(g, a),
           shape_text(&g->value[a].shape, x, sizeof x), graph_value_name(g, b),
           shape_text(&g->value[b].shape, y, sizeof y));
    return err_hint(e, "shapes must be equal%s",
                    strcmp(verb, "concat") == 0 ? " but along the axis that is joined" : "");
}

/* The inputs' shapes without the time axes, which all must have. */
static int row_shapes(struct graph *g, const struct layer *l, const struct call *c,
                      struct shape *row, struct err *e)
{
    for (uint32_t i = 0; i < c->inputs; i++) {
        const struct shape *s = &g->value[c->input[i]].shape;
        if (s->axes <= c->folds)
            return no_time_axis(g, c->input[i], c->folds, c->where, e);
        row[i].axes = s->axes - c->folds;
        for (uint32_t k = 0; k < row[i].axes; k++)
            row[i].size[k] = s->size[c->folds + k];
        if (memcmp(s->size, g->value[c->input[0]].shape.size, c->folds * sizeof *s->size) != 0)
            return shapes_differ(g, c->input[0], c->input[i], l->kind->entry.name, c->where, e);
    }
    return 0;
}

static int check_first(const struct graph *g, const struct layer *l, const struct call *c,
                       const struct shape *row, struct err *e)
{
    char made[80], given[80];
    if (!l->built || shape_same(&l->in, row))
        return 0;
    err_at(e, c->where, "%s takes %s, and %s%s is %s", l->name,
           shape_text(&l->in, made, sizeof made), c->folds ? "a step of " : "",
           graph_value_name(g, c->input[0]), shape_text(row, given, sizeof given));
    return err_hint(e, "a shared layer keeps the shape of its first call; make another layer");
}

static int check_count(const struct layer *l, const struct calling *c, struct err *e)
{
    if (l->kind->source && c->on.count) {
        err_at(e, c->where, "%s is an input and takes no tensor", l->name);
        return err_hint(e, "leave on out");
    }
    if (l->kind->source)
        return 0;
    if (!l->kind->merge)
        return takes_one(l, c, e);
    if (c->on.count > 1)
        return 0;
    err_at(e, c->where, "%s joins two tensors or more", l->kind->entry.name);
    return err_hint(e, "name them: %s on a, b", l->kind->entry.name);
}

/* What shape comes out of a row of the inputs. */
static int shape_out(const struct graph *g, const struct layer *l, const struct call *c,
                     const struct shape *row, struct shape *out, struct err *e)
{
    if (!l->kind->merge)
        return l->kind->shape(l->args, c->inputs ? row : NULL, out, e) ? err_place(e, l->where) : 0;
    uint32_t odd = 0;
    const enum merged found = l->kind->merge(l->args, row, c->inputs, out, &odd, e);
    if (found == MERGE_DIFFERS)
        return shapes_differ(g, c->input[0], c->input[odd], l->kind->entry.name, c->where, e);
    return found == MERGE_ERROR ? err_place(e, l->where) : 0;
}

static int add_value(struct graph *g, id call, const struct shape *row_out, struct err *e)
{
    struct call *c = &g->call[call];
    const struct layer_kind *kind = g->layer[c->layer].kind;
    struct shape out = {.axes = c->folds + row_out->axes};
    if (out.axes > SHAPE_MOST) {
        err_at(e, c->where, "%s would have %u axes", c->name, out.axes);
        return err_hint(e, "a tensor has at most %d", SHAPE_MOST);
    }
    for (uint32_t i = 0; i < c->folds; i++)
        out.size[i] = g->value[c->input[0]].shape.size[i];
    for (uint32_t i = 0; i < row_out->axes; i++)
        out.size[c->folds + i] = row_out->size[i];
    if (shape_count(&out) > SHAPE_NUMBERS_MOST) {
        char text[80];
        err_at(e, c->where, "%s would be a tensor of %s, which is too large", c->name,
               shape_text(&out, text, sizeof text));
        return err_hint(e, "at most %d numbers a sample have room in one", SHAPE_NUMBERS_MOST);
    }
    if (graph_check_output(g, c->layer, &out, e))
        return -1;
    if (mem_room(&g->value, &g->value_room, g->values + 1, sizeof *g->value))
        return err_memory(e);
    id mask;
    if (mask_of_call(g, call, &out, (id)g->values, &mask, e))
        return -1;
    c->output = (id)g->values++;
    g->value[c->output] = (struct value){
        .shape = out,
        .storage = kind->view ? g->value[c->input[0]].storage : c->output,
        .made_by = call,
        .mask = mask,
    };
    return mask == NOTHING ? 0 : graph_check_masks(g, call, e);
}

/* Whether numbers that a layer takes as whole ones are given, and not computed. */
static int check_given(const struct graph *g, const struct layer *l, const struct call *c,
                       struct err *e)
{
    if (!l->kind->vocabulary)
        return 0;
    const struct value *from = &g->value[g->value[c->input[0]].storage];
    if (g->layer[g->call[from->made_by].layer].kind->source)
        return 0;
    err_at(e, c->where, "%s takes whole numbers from an input, and %s is computed",
           l->kind->entry.name, graph_value_name(g, c->input[0]));
    return err_hint(e, "call it on an input: %s ... on x", l->kind->entry.name);
}

static int call_leaf(struct graph *g, id layer, const struct calling *at, id *output, struct err *e)
{
    struct layer *l = &g->layer[layer];
    struct shape *row = arena_new(&g->arena, at->on.count + 1, sizeof *row), out;
    id call;
    if (check_count(l, at, e))
        return -1;
    if (!row)
        return err_memory(e);
    if (new_call(g, layer, at, &call, e))
        return -1;
    const struct call *c = &g->call[call];
    if (check_given(g, l, c, e) || row_shapes(g, l, c, row, e) || check_first(g, l, c, row, e) ||
        shape_out(g, l, c, row, &out, e))
        return -1;
    if (!l->built) {
        if (edit_layer(g, layer))
            return err_memory(e);
        l->in = row[0];
        l->built = true;
        if (layer_check_activation(l, e))
            return -1;
        if (graph_add_weights(g, layer, e))
            return -1;
    }
    if (add_value(g, call, &out, e))
        return -1;
    *output = g->call[call].output;
    return 0;
}

static int call_layer(struct graph *g, id layer, const struct calling *c, id *output, struct err *e)
{
    return g->layer[layer].body ? call_block(g, layer, c, output, e)
                                : call_leaf(g, layer, c, output, e);
}

int graph_call(struct graph *g, id layer, const char *name, struct inputs on, struct span where,
               struct err *e)
{
    const struct calling c = {.name = name, .caller = NOTHING, .on = on, .where = where};
    id output;
    return call_layer(g, layer, &c, &output, e);
}

int graph_add(struct graph *g, const struct layer_kind *kind, const struct args *args,
              const char *name, struct inputs on, uint32_t folds, struct err *e)
{
    id layer;
    return graph_define(g, kind, args, name, NOTHING, folds, &layer, e) ||
                   graph_call(g, layer, name, on, args->where, e)
               ? -1
               : 0;
}
