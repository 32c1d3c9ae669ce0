/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/joint_term.h"

#include <stdio.h>
#include <string.h>

static const struct arg_spec args[JOINT_ARGS] = {
    [JOINT_STRENGTH] = STRENGTH("strength", "the factor of the formula"),
    [JOINT_NAME] = ARG("name", KEY, ARG_NAME, .line = "what the row is called"),
    [JOINT_FORMULA] = ARG("formula", KEY, ARG_PATH, .line = "what is multiplied by the strength"),
    [JOINT_TENSORS] = ARG("tensors", KEY, ARG_NAMES, .line = "what the formula names"),
};

const struct penalty_kind joint_term = {
    .entry = {.name = "term",
              .args = args,
              .arg_count = JOINT_ARGS,
              .summary = "a formula over several tensors of the model"},
    .formula = "strength*formula",
};

bool graph_find_tensor(const struct graph *g, const char *path, struct tensor_place *to)
{
    char name[TERM_NAME_ROOM];
    const char *dot = strrchr(path, '.');
    *to = (struct tensor_place){NOTHING, NOTHING};
    if (!dot || dot - path >= TERM_NAME_ROOM)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
    const bool output = strcmp(dot, ".output") == 0, input = strcmp(dot, ".input") == 0;
    const id layer = graph_find_layer(g, name);
    id call = graph_find_call(g, name);
    if (call == NOTHING && layer != NOTHING && !g->layer[layer].body)
        call = graph_only_call(g, layer);
    if (output && call != NOTHING)
        to->value = g->call[call].output;
    else if (input && call != NOTHING && g->call[call].inputs == 1)
        to->value = g->call[call].input[0];
    else if (!output && !input && layer != NOTHING)
        to->weight = graph_find_weight(g, layer, dot + 1);
    return to->value != NOTHING || to->weight != NOTHING;
}

struct dims tensor_dims(const struct graph *g, struct tensor_place at)
{
    const bool batch = at.value != NOTHING;
    const struct shape *shape = batch ? &g->value[at.value].shape : &g->weight[at.weight].shape;
    struct dims x = {0};
    if (batch)
        x.size[x.axes++] = DIMS_BATCH;
    for (uint32_t i = 0; i < shape->axes; i++)
        x.size[x.axes++] = shape->size[i];
    if (batch && g->value[at.value].mask != NOTHING)
        x.size[1] = 1;
    return x;
}

id graph_find_term(const struct graph *g, const char *name)
{
    for (id t = 0; g->joints && t < g->terms; t++)
        if (term_is_joint(&g->term[t]) &&
            strcmp(g->term[t].args->arg[JOINT_NAME].as.text, name) == 0)
            return t;
    return NOTHING;
}

void joint_print(struct str *to, const struct args *a)
{
    char number[NUMBER_ROOM];
    str_addf(to, "term %s = %s * (%s)", a->arg[JOINT_NAME].as.text,
             number_exact(penalty_strength(a), number), a->arg[JOINT_FORMULA].as.text);
}

const char *term_name(const struct graph *g, const struct term *t, char *text, size_t room)
{
    if (term_is_joint(t))
        snprintf(text, room, "%s", t->args->arg[JOINT_NAME].as.text);
    else
        snprintf(text, room, "%s.%s", g->layer[t->layer].name, t->slot);
    return text;
}
