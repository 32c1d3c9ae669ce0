/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/picture.h"

#include "nn/layer.h"
#include "train/inputs.h"

#include <math.h>

static bool is_plane(const struct shape *s, size_t count)
{
    return s && s->axes == 2 && s->size[0] > 1 && s->size[1] > 1 && shape_count(s) == count;
}

struct picture picture_of(size_t count, const struct shape *shape, const struct dataset *d)
{
    const size_t side = (size_t)lround(sqrt((double)count));
    const struct shape *s = is_plane(shape, count) ? shape : d ? &d->shape : NULL;
    if (is_plane(s, count))
        return (struct picture){s->size[1], s->size[0]};
    if (side > 1 && side * side == count)
        return (struct picture){side, side};
    return (struct picture){0};
}

id picture_unmixed(const struct graph *g, id value)
{
    for (;;) {
        const struct call *call = &g->call[g->value[value].made_by];
        if (call->inputs != 1 || graph_find_weight(g, call->layer, "kernel") != NOTHING ||
            shape_count(&g->value[call->input[0]].shape) != shape_count(&g->value[value].shape))
            return value;
        value = call->input[0];
    }
}

static const struct call *maker_of(const struct graph *g, id value)
{
    return &g->call[g->value[value].made_by];
}

void picture_ends(const struct graph *g, id layer, id *in, id *out)
{
    *in = *out = NOTHING;
    for (id c = g->layer[layer].newest_call; c != NOTHING; c = g->call[c].before) {
        *in = g->call[c].input[0];
        *out = g->call[c].output;
    }
}

struct picture picture_taken(const struct graph *g, id layer, const struct dataset *d)
{
    id in, out;
    picture_ends(g, layer, &in, &out);
    if (in == NOTHING)
        return (struct picture){0};
    const id from = picture_unmixed(g, in);
    const size_t rows = graph_call_rows(g, g->value[out].made_by);
    if (!g->layer[maker_of(g, from)->layer].kind->source)
        return (struct picture){0};
    return picture_of(shape_count(&g->value[from].shape) / rows, &g->value[from].shape, d);
}

struct picture picture_given(const struct graph *g, id layer, const struct dataset *d)
{
    const struct value *input = inputs_value(g, 0);
    id output[OUTPUTS_MOST];
    const size_t outputs = graph_outputs(g, output);
    for (size_t i = 0; i < outputs; i++) {
        const id from = picture_unmixed(g, output[i]);
        const size_t count = shape_count(&g->value[from].shape);
        if (maker_of(g, from)->layer != layer || !input || shape_count(&input->shape) != count)
            continue;
        return picture_of(count / graph_call_rows(g, g->value[from].made_by), &input->shape, d);
    }
    return (struct picture){0};
}
