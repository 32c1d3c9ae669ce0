/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/export/fill.h"

#include "cmd/export/names.h"
#include "cmd/export/python.h"

#include "nn/act_jumprelu.h"
#include "nn/bidirectional.h"
#include "nn/layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *script_mask(const struct exported *s, id value)
{
    const id mask = s->graph->value[value].mask;
    return mask == NOTHING ? NULL : s->mask[mask];
}

static const struct arg *find_argument(const struct args *args, const char *name)
{
    for (size_t i = 0; args && i < args->entry->arg_count; i++)
        if (strcmp(args->entry->args[i].name, name) == 0)
            return &args->arg[i];
    return NULL;
}

static const struct args *layer_args(const struct filling *f)
{
    return f->script->graph->layer[f->layer].args;
}

/* The weight, or None for a layer that has none of that name. */
static void add_weight(const struct filling *f, struct str *to, const char *name)
{
    const struct graph *g = f->script->graph;
    const id w = graph_find_weight(g, f->layer, name);
    if (w == NOTHING) {
        str_add(to, "None");
        return;
    }
    str_add(to, "w[");
    python_text(to, g->weight[w].path);
    str_add(to, "]");
}

static void add_path(const struct filling *f, struct str *to, const char *name)
{
    const struct graph *g = f->script->graph;
    const id w = graph_find_weight(g, f->layer, name);
    python_text(to, w == NOTHING ? "" : g->weight[w].path);
}

/* The kernel as a step in training sees it. */
static void add_kernel(const struct filling *f, struct str *to)
{
    const struct arg *drop = find_argument(layer_args(f), "kernel_dropout");
    const bool drops = drop && drop->as.number > 0;
    str_add(to, drops ? "kernel_dropout(now, " : "");
    add_weight(f, to, "kernel");
    if (drops) {
        str_add(to, ", ");
        python_number(to, drop->as.number);
        str_add(to, ")");
    }
}

static const char *input_name(const struct filling *f, uint32_t i)
{
    const struct exported *s = f->script;
    return f->dealt ? "x" : s->name[s->graph->call[f->call].input[i]];
}

static void add_inputs(const struct filling *f, struct str *to, const char *between)
{
    const struct call *c = &f->script->graph->call[f->call];
    if (f->dealt && strcmp(between, ", ") == 0) {
        str_add(to, "*x");
        return;
    }
    for (uint32_t i = 0; i < c->inputs; i++)
        str_addf(to, "%s%s", i ? between : "", input_name(f, i));
}

/* As many sizes as there are axes; where none is given, those of the window. */
static void add_sizes(const struct filling *f, struct str *to, const char *name, uint32_t axes)
{
    const struct arg *a = find_argument(f->args, name);
    if (a && !a->as.shape.axes)
        a = find_argument(f->args, "size");
    struct shape sizes = {.axes = axes};
    for (uint32_t i = 0; a && a->as.shape.axes && i < axes; i++)
        sizes.size[i] = a->as.shape.size[a->as.shape.axes > 1 ? i : 0];
    python_shape(to, &sizes);
}

static void add_function(const struct filling *f, struct str *to, const struct args *activation)
{
    str_add(to, "lambda z: ");
    fill_activation(f, to, activation, "z");
}

static void add_drop(const struct filling *f, struct str *to)
{
    static const char *const names[] = {"dropout", "recurrent_dropout", "recurrent_kernel_dropout"};
    for (size_t i = 0; i < 3; i++) {
        str_add(to, i ? ", " : "(");
        python_number(to, find_argument(f->args, names[i])->as.number);
    }
    str_add(to, ")");
}

/* What goes into the jumprelu that the value comes from, and its thresholds. */
static void add_threshold(const struct filling *f, struct str *to)
{
    const struct exported *s = f->script;
    const struct graph *g = s->graph;
    const id call = threshold_call(g, g->call[f->call].output);
    if (call == NOTHING) {
        str_add(to, "None, None");
        return;
    }
    const struct filling of = {.script = f->script, .layer = g->call[call].layer};
    str_addf(to, "%s, ", s->z[g->call[call].output]);
    add_weight(&of, to, "theta");
}

static void add_axes(const struct filling *f, struct str *to)
{
    python_argument(to, find_argument(f->args, "axis"));
}

/* What a weight is to stay near: beside the script. */
static void add_start(const struct filling *f, struct str *to)
{
    str_addf(to, "data[\"start/%u\"]", f->script->graph->term[f->term].number);
}

/* Constraints of a layer of Keras, each under the name that it has there. */
static void add_held(const struct filling *f, struct str *to)
{
    const struct entry *entry = f->args->entry;
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct args *hold = f->args->arg[i].as.call;
        if (entry->args[i].of != &constraint_kinds || !hold ||
            strcmp(hold->entry->name, "none") == 0)
            continue;
        const struct counterpart *row = counterpart_find(OF_CONSTRAINTS, hold->entry->name);
        const bool rows = strcmp(entry->name, "embedding") == 0;
        struct filling of = *f;
        of.args = hold;
        if (!row || !row->as[f->script->system]) {
            script_refuse(f->script, "the constraint", hold->entry->name);
            continue;
        }
        str_addf(to, ", %s=", rows ? "embeddings_constraint" : entry->args[i].name);
        fill(&of, to, row->as[f->script->system]);
    }
}

static bool fill_of_call(const struct filling *f, struct str *to, const char *word)
{
    const struct exported *s = f->script;
    const struct graph *g = s->graph;
    if (f->call == NOTHING)
        return false;
    const id out = g->call[f->call].output,
             in = g->call[f->call].inputs ? g->call[f->call].input[0] : out;
    if (strcmp(word, "0") == 0)
        str_add(to, input_name(f, 0));
    else if (strcmp(word, ",") == 0)
        add_inputs(f, to, ", ");
    else if (strcmp(word, "+") == 0)
        add_inputs(f, to, " + ");
    else if (strcmp(word, "*") == 0)
        add_inputs(f, to, " * ");
    else if (strcmp(word, "count") == 0)
        str_addf(to, "%u", g->call[f->call].inputs);
    else if (strcmp(word, "mask") == 0 && !f->x)
        str_add(to, script_mask(s, in) && !f->dealt ? script_mask(s, in) : "None");
    else if (strcmp(word, "own mask") == 0)
        str_add(to, script_mask(s, out) ? script_mask(s, out) : "None");
    else if (strcmp(word, "threshold") == 0)
        add_threshold(f, to);
    else
        return false;
    return true;
}

static bool fill_of_layer(const struct filling *f, struct str *to, const char *word)
{
    const struct exported *s = f->script;
    if (f->layer == NOTHING)
        return false;
    const struct layer *l = &s->graph->layer[f->layer];
    if (strncmp(word, "w:", 2) == 0)
        add_weight(f, to, word + 2);
    else if (strncmp(word, "p:", 2) == 0)
        add_path(f, to, word + 2);
    else if (strcmp(word, "kernel") == 0)
        add_kernel(f, to);
    else if (strcmp(word, "inner kernel") == 0)
        add_weight(f, to, l->kind->kernel);
    else if (strcmp(word, "f") == 0)
        add_function(f, to, graph_activation(s->graph, f->call));
    else if (strcmp(word, "path") == 0)
        python_text(to, l->name);
    else if (strcmp(word, "trains") == 0)
        str_add(to, l->trainable ? "True" : "False");
    else if (strcmp(word, "aligned") == 0)
        str_add(to, is_backward_half(s->graph, f->layer) ? "True" : "False");
    else if (strcmp(word, "noise") == 0)
        python_number(to, model_noise(s->model, f->layer));
    else if (strcmp(word, "turns") == 0)
        str_add(to, is_backward_half(s->graph, f->layer) && args_yes(f->args, "sequences")
                        ? "True"
                        : "False");
    else if (strcmp(word, "places") == 0)
        str_addf(to, "%u", l->in.axes - 1);
    else if (strcmp(word, "held") == 0)
        add_held(f, to);
    else if (strcmp(word, "drop") == 0)
        add_drop(f, to);
    else if (strncmp(word, "f:", 2) == 0)
        add_function(f, to, find_argument(f->args, word + 2)->as.call);
    else
        return false;
    return true;
}

static bool fill_of_penalty(const struct filling *f, struct str *to, const char *word)
{
    if (strcmp(word, "x") == 0 && f->x)
        str_add(to, f->x);
    else if (strcmp(word, "flat") == 0)
        str_addf(to, f->script->system == SYSTEM_TORCH ? "%s.flatten(1)" : "flat(%s)", f->x);
    else if (strcmp(word, "row") == 0)
        str_addf(to,
                 f->script->system == SYSTEM_TORCH ? "%s.reshape(1, -1)"
                                                   : "ops.reshape(%s, (1, -1))",
                 f->x);
    else if (strcmp(word, "matrix") == 0)
        str_addf(to,
                 f->script->system == SYSTEM_TORCH ? "%s.reshape(-1, %s.shape[-1])"
                                                   : "ops.reshape(%s, (-1, %s.shape[-1]))",
                 f->x, f->x);
    else if (strcmp(word, "start") == 0)
        add_start(f, to);
    else if (strcmp(word, "axes") == 0)
        add_axes(f, to);
    else if (strcmp(word, "mask") == 0 && f->mask)
        str_add(to, f->mask);
    else if (strcmp(word, "common") == 0 && f->common)
        str_add(to, f->common);
    else if (strcmp(word, "y") == 0 && f->y)
        str_add(to, f->y);
    else if (strcmp(word, "t") == 0 && f->t)
        str_add(to, f->t);
    else if (strcmp(word, "z") == 0 && f->z)
        str_add(to, f->z);
    else
        return false;
    return true;
}

/* {2:strides}, {axes:size}, {NAME}. */
static bool fill_argument(const struct filling *f, struct str *to, const char *word)
{
    const char *colon = strchr(word, ':');
    const struct exported *s = f->script;
    if (colon && strncmp(word, "axes:", 5) == 0)
        add_sizes(f, to, colon + 1, s->graph->layer[f->layer].in.axes - 1);
    else if (colon)
        add_sizes(f, to, colon + 1, (uint32_t)strtoul(word, NULL, 10));
    else if (find_argument(f->args, word))
        python_argument(to, find_argument(f->args, word));
    else
        return false;
    return true;
}

static void fill_word(const struct filling *f, struct str *to, const char *word)
{
    if (!fill_of_penalty(f, to, word) && !fill_of_call(f, to, word) &&
        !fill_of_layer(f, to, word) && !fill_argument(f, to, word))
        script_refuse(f->script, "a table's word", word);
}

void fill(const struct filling *f, struct str *to, const char *text)
{
    char word[60];
    for (const char *open; (open = strchr(text, '{'));) {
        const char *close = strchr(open, '}');
        str_bytes(to, text, (size_t)(open - text));
        snprintf(word, sizeof word, "%.*s", (int)(close - open - 1), open + 1);
        fill_word(f, to, word);
        text = close + 1;
    }
    str_add(to, text);
}

void fill_activation(const struct filling *f, struct str *to, const struct args *activation,
                     const char *z)
{
    const char *name = activation->entry->name;
    const struct counterpart *row = counterpart_find(OF_ACTIVATIONS, name);
    struct filling of = *f;
    of.args = activation;
    of.z = z;
    of.x = NULL;
    if (row && row->as[f->script->system])
        fill(&of, to, row->as[f->script->system]);
    else
        script_refuse(f->script, "the activation", name);
}
