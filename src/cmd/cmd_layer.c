/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layer statements: a graph is copied, added to, and swapped in when all went well. */
#include "cmd/state.h"

#include "nn/layer.h"

#include <stdio.h>

/* The one tensor a layer is called on: what `on` names, else the newest. */
static int choose_input(const struct session *s, const char *layer, const struct arg *on, id *input,
                        struct err *e)
{
    const struct graph *g = current_model(s)->graph;
    if (on->given && on->as.names.count > 1) {
        err_at(e, on->as.names.where[1], "%s takes one tensor", layer);
        return err_hint(e, "name one: on %s", on->as.names.item[0]);
    }
    if (on->given) {
        *input = name_value(s, on->as.names.item[0], on->as.names.where[0], e);
        return *input == NOTHING ? -1 : 0;
    }
    if (g->values) {
        *input = (id)g->values - 1;
        return 0;
    }
    err_at(e, (struct span){0}, "%s needs a tensor to work on, and the model is empty", layer);
    return err_hint(e, "begin with an input, for example input 64");
}

static int name_of(const struct session *s, const struct args *args, const char *base, char *name,
                   size_t room, struct err *e)
{
    const struct arg *as = args_get(args, "as");
    if (!as->given) {
        name_choose(s, base, name, room);
        return 0;
    }
    if (name_check_new(s, as->as.text, as->where, e))
        return -1;
    snprintf(name, room, "%s", as->as.text);
    return 0;
}

/* Swaps in the changed copy, or throws it away. */
static int finish(struct session *s, struct graph *g, int failed)
{
    if (failed)
        graph_destroy(g);
    else
        model_take_graph(current_model(s), g);
    return failed;
}

int layer_statement(struct session *s, const struct layer_kind *kind, const struct args *args,
                    struct err *e)
{
    char name[120];
    id input = NOTHING;
    if (name_of(s, args, kind->entry.name, name, sizeof name, e))
        return -1;
    if (!kind->source && choose_input(s, kind->entry.name, args_get(args, "on"), &input, e))
        return -1;
    struct graph *g = graph_copy(current_model(s)->graph);
    if (!g)
        return err_memory(e);
    return finish(s, g, graph_add(g, kind, args, name, input, e));
}

static const struct arg_spec call_args[] = {CALL_CLAUSES};

const struct entry call_entry = {
    .name = "LAYER",
    .args = call_args,
    .arg_count = sizeof call_args / sizeof *call_args,
    .summary = "calls an existing layer again, with the same weights",
};

int call_statement(struct session *s, id layer, const struct args *args, struct err *e)
{
    char name[120];
    id input;
    const char *base = current_model(s)->graph->layer[layer].name;
    if (name_of(s, args, base, name, sizeof name, e) ||
        choose_input(s, base, args_get(args, "on"), &input, e))
        return -1;
    struct graph *g = graph_copy(current_model(s)->graph);
    if (!g)
        return err_memory(e);
    return finish(s, g, graph_call(g, layer, name, input, args->where, e));
}
