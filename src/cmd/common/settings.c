/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/settings.h"

#include "cmd/session/words.h"

#include "nn/constraint.h"
#include "nn/joint_term.h"
#include "nn/layer.h"
#include "train/model.h"

#include <stdio.h>
#include <string.h>

const struct setting_part *setting_part_of(const char *path)
{
    const size_t n = strcspn(path, ".");
    for (size_t i = 0; i < setting_parts.rows; i++)
        if (strncmp(setting_parts.row[i]->name, path, n) == 0 && !setting_parts.row[i]->name[n])
            return (const struct setting_part *)setting_parts.row[i];
    return NULL;
}

bool setting_changes(const struct arg_spec *spec)
{
    /* A number such as dropout's rate shapes nothing. */
    return spec->type == ARG_SUM || spec->type == ARG_NUMBER || spec->of == &constraint_kinds ||
           spec->meaning == MEANS_TRAINABLE || spec->meaning == MEANS_DECAY ||
           spec->meaning == MEANS_OUTPUT_ACTIVATION;
}

bool setting_value(const struct arg *x, double *value)
{
    *value = x->type == ARG_WHOLE    ? (double)x->as.whole
             : x->type == ARG_NUMBER ? x->as.number
                                     : x->type == ARG_BOOL && x->as.yes;
    return x->type == ARG_WHOLE || x->type == ARG_NUMBER || x->type == ARG_BOOL;
}

static const struct arg *find_arg(const struct args *a, const char *key)
{
    for (size_t i = 0; a && i < a->entry->arg_count; i++)
        if (strcmp(a->entry->args[i].name, key) == 0)
            return &a->arg[i];
    return NULL;
}

/* What a path names, before its last dot, was made with. */
static const struct args *args_of(const struct session *s, const struct model *m, const char *path,
                                  const char *dot)
{
    const struct setting_part *part = setting_part_of(path);
    char thing[120];
    if (part)
        return part->args(s, m);
    snprintf(thing, sizeof thing, "%.*s", (int)(dot - path), path);
    const id layer = graph_find_layer(m->graph, thing);
    const id term = layer == NOTHING ? graph_find_term(m->graph, thing) : NOTHING;
    if (term != NOTHING)
        return model_term(m, term);
    return layer == NOTHING ? NULL : m->graph->layer[layer].args;
}

/* The noise of a layer that follows a rule. */
static const struct arg *ruled_noise(const struct model *m, const char *path, const char *dot)
{
    char thing[120];
    snprintf(thing, sizeof thing, "%.*s", (int)(dot - path), path);
    const id layer = graph_find_layer(m->graph, thing);
    const char *key = layer == NOTHING ? NULL : m->graph->layer[layer].kind->noise;
    if (!key || layer >= m->state.noises || !m->state.noise[layer].given)
        return NULL;
    return strcmp(key, dot + 1) == 0 ? &m->state.noise[layer] : NULL;
}

const struct arg *setting_arg(const struct session *s, const struct model *m, const char *path)
{
    const struct setting_part *part = setting_part_of(path);
    const char *dot = strrchr(path, '.');
    double value;
    if (!dot || (part && part->number && part->number(s, m, dot + 1, &value)))
        return NULL;
    const struct arg *noise = part ? NULL : ruled_noise(m, path, dot);
    return noise ? noise : find_arg(args_of(s, m, path, dot), dot + 1);
}

bool setting_number(const struct session *s, const struct model *m, const char *path, double *value)
{
    const struct setting_part *part = setting_part_of(path);
    const char *dot = strrchr(path, '.');
    if (dot && part && part->number && part->number(s, m, dot + 1, value))
        return true;
    const struct arg *x = setting_arg(s, m, path);
    return x && setting_value(x, value);
}
