/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/settings.h"

#include "cmd/session/words.h"

#include "nn/constraint.h"
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
           spec->meaning == MEANS_TRAINABLE || spec->meaning == MEANS_OUTPUT_ACTIVATION;
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

bool setting_number(const struct session *s, const struct model *m, const char *path, double *value)
{
    const struct setting_part *part = setting_part_of(path);
    const char *dot = strrchr(path, '.');
    char thing[120];
    if (!dot)
        return false;
    if (part && part->number && part->number(s, dot + 1, value))
        return true;
    if (part)
        return arg_value(part->args(s, m), dot + 1, value);
    snprintf(thing, sizeof thing, "%.*s", (int)(dot - path), path);
    const id layer = graph_find_layer(m->graph, thing);
    return layer != NOTHING && arg_value(m->graph->layer[layer].args, dot + 1, value);
}
