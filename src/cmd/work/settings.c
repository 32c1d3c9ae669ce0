/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/work/settings.h"

#include "cmd/session/state.h"

#include "nn/constraint.h"
#include "train/model.h"

#include <stdio.h>
#include <string.h>

bool data_setting_changes(const struct arg_spec *spec)
{
    return strcmp(spec->name, "batch") == 0 || strcmp(spec->name, "shuffle") == 0;
}

bool setting_changes(const struct arg_spec *spec)
{
    /* A number such as dropout's rate shapes nothing. */
    return spec->type == ARG_SUM || spec->type == ARG_NUMBER || spec->of == &constraint_kinds ||
           strcmp(spec->name, "trainable") == 0 || strcmp(spec->name, "activation") == 0;
}

size_t setting_trainable(const struct layer *l)
{
    size_t i = 0;
    while (i < l->args->entry->arg_count && strcmp(l->args->entry->args[i].name, "trainable") != 0)
        i++;
    return i;
}

static bool arg_value(const struct args *a, const char *key, double *value)
{
    for (size_t i = 0; a && i < a->entry->arg_count; i++) {
        const struct arg *x = &a->arg[i];
        if (strcmp(a->entry->args[i].name, key) != 0)
            continue;
        *value = x->type == ARG_WHOLE    ? (double)x->as.whole
                 : x->type == ARG_NUMBER ? x->as.number
                                         : x->type == ARG_BOOL && x->as.yes;
        return x->type == ARG_WHOLE || x->type == ARG_NUMBER || x->type == ARG_BOOL;
    }
    return false;
}

bool setting_number(struct session *s, const char *path, double *value)
{
    const struct model *m = current_model(s);
    char thing[120];
    const char *dot = strrchr(path, '.');
    if (!dot)
        return false;
    snprintf(thing, sizeof thing, "%.*s", (int)(dot - path), path);
    if (strcmp(thing, "optimizer") == 0)
        return arg_value(m->optimizer.args, dot + 1, value);
    if (strcmp(thing, "loss") == 0)
        return arg_value(m->loss.args, dot + 1, value);
    if (strcmp(path, "data.batch") == 0 && s->has_data) {
        *value = (double)s->data.batch;
        return true;
    }
    if (strcmp(path, "data.shuffle") == 0 && s->has_data) {
        *value = s->data.shuffle;
        return true;
    }
    if (strcmp(thing, "data") == 0)
        return s->has_data && arg_value(s->data.args, dot + 1, value);
    id layer = graph_find_layer(m->graph, thing);
    return layer != NOTHING && arg_value(m->graph->layer[layer].args, dot + 1, value);
}
