/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/bidirectional.h"

#include "nn/call.h"
#include "nn/recurrent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct layer_kind bidirectional_kind = {
    .entry = {.name = "bidirectional", .summary = "a recurrent layer in both directions"}};

bool is_backward_half(const struct graph *g, id layer)
{
    const id parent = g->layer[layer].parent;
    return parent != NOTHING && g->layer[parent].kind == &bidirectional_kind &&
           g->layer[parent].body[1].layer == layer;
}

static const struct entry modes[] = {
    {.name = "concat", .summary = "side by side, forward first"},
    {.name = "sum", .summary = "added"},
    {.name = "multiply", .alias = "mul", .summary = "multiplied, number by number"},
    {.name = "average", .alias = "ave", .summary = "their mean"},
};
static const struct entry *const rows[] = {&modes[0], &modes[1], &modes[2], &modes[3]};
const struct table merge_modes = {"way to join", rows, sizeof rows / sizeof *rows};

/* The layer that joins as the mode says. */
static const struct layer_kind *joining_kind(const struct args *args)
{
    const char *mode = args_get(args, "merge")->as.choice->name;
    const char *name = strcmp(mode, "sum") == 0 ? "add" : mode;
    return (const struct layer_kind *)table_find(&layer_kinds, name);
}

static bool takes_merge(const struct layer_kind *kind)
{
    for (size_t i = 0; i < kind->entry.arg_count; i++)
        if (strcmp(kind->entry.args[i].name, "merge") == 0)
            return true;
    return false;
}

/* The arguments with one of them replaced. */
static const struct args *with_arg(struct graph *g, const struct args *args, const char *name,
                                   const struct arg *value)
{
    struct args *with = args_copy(&g->arena, args);
    for (size_t i = 0; with && i < with->entry->arg_count; i++)
        if (strcmp(with->entry->args[i].name, name) == 0)
            with->arg[i] = *value;
    return with;
}

/* A layer that joins, with all its arguments at their defaults. */
static const struct args *joining_args(struct graph *g, const struct layer_kind *kind,
                                       struct span where)
{
    const struct entry *entry = &kind->entry;
    struct arg *arg = arena_new(&g->arena, entry->arg_count, sizeof *arg);
    struct args *args = arena_new(&g->arena, 1, sizeof *args);
    if (!arg || !args)
        return NULL;
    for (size_t i = 0; i < entry->arg_count; i++) {
        arg[i] = (struct arg){.type = entry->args[i].type};
        if (arg[i].type == ARG_WHOLE)
            arg[i].as.whole = strtol(entry->args[i].standard, NULL, 10);
    }
    *args = (struct args){.entry = entry, .where = where, .arg = arg};
    return args;
}

static int add_part(struct graph *g, id block, const struct layer_kind *kind,
                    const struct args *args, const char *name, struct inputs on, struct err *e)
{
    char path[330];
    id layer;
    if (!args)
        return err_memory(e);
    snprintf(path, sizeof path, "%.300s.%s", g->layer[block].name, name);
    return graph_define(g, kind, args, path, block, 0, &layer, e) ||
                   graph_add_body(g, block, layer, name, on, args->where, e)
               ? -1
               : 0;
}

static int check_halves(const struct layer_kind *kind, const struct args *args, struct span inner,
                        struct err *e)
{
    if (!takes_merge(kind)) {
        err_at(e, inner, "bidirectional takes a recurrent layer, and %s is none", kind->entry.name);
        return err_hint(e, "write for example bidirectional lstm 16");
    }
    const struct arg *backwards = args_get(args, "backwards");
    if (!backwards->given)
        return 0;
    err_at(e, backwards->where, "bidirectional has a half in each direction");
    return err_hint(e, "leave backwards= out");
}

int graph_add_bidirectional(struct graph *g, const struct layer_kind *kind, const struct args *args,
                            const char *path, id parent, uint32_t folds, struct span inner,
                            id *layer, struct err *e)
{
    const struct args none = {.entry = &bidirectional_kind.entry, .where = args->where};
    const struct arg yes = {.type = ARG_BOOL, .as.yes = true};
    const id from = 0, halves[] = {1, 2};
    if (check_halves(kind, args, inner, e) ||
        graph_define(g, &bidirectional_kind, &none, path, parent, folds, layer, e))
        return -1;
    const struct layer_kind *join = joining_kind(args);
    return add_part(g, *layer, kind, args, "forward", (struct inputs){&from, 1}, e) ||
                   add_part(g, *layer, kind, with_arg(g, args, "backwards", &yes), "backward",
                            (struct inputs){&from, 1}, e) ||
                   add_part(g, *layer, join, joining_args(g, join, args->where), "merge",
                            (struct inputs){halves, 2}, e)
               ? -1
               : 0;
}

int check_not_bidirectional(const struct layer_kind *kind, const struct args *args, struct err *e)
{
    if (!takes_merge(kind) || !args_get(args, "merge")->given)
        return 0;
    err_at(e, args_get(args, "merge")->where, "merge= joins the two halves of bidirectional");
    return err_hint(e, "write bidirectional %s, or leave merge= out", kind->entry.name);
}
