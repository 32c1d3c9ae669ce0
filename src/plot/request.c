/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/request.h"

#include <stdio.h>
#include <string.h>

int request_nothing(const struct view_request *r, struct err *e)
{
    for (size_t i = 0; i < r->models; i++)
        if (history_find(&r->model[i]->history, SERIES_DATA, "data")) {
            err_at(e, r->place, "there is nothing to draw: no value is a finite number");
            return err_hint(e, "begin again with a lower learning rate, or smaller weights");
        }
    err_at(e, r->place, "there is nothing to draw yet");
    return err_hint(e, "train first");
}

int request_filled(const struct view_request *r, struct err *e)
{
    for (size_t i = 0; i < r->models; i++)
        if (!r->model[i]->graph->layers) {
            err_at(e, r->place, "the model %s is empty", r->model[i]->name);
            return err_hint(e, "begin with an input, for example input 64");
        }
    return 0;
}

int request_whole(const struct view_request *r, const char *view, struct err *e)
{
    if (!r->layers)
        return 0;
    err_at(e, r->where[0], "%s takes no layer, and here is \"%s\"", view, r->layer[0]);
    return err_hint(e, "leave it out; of a model it is: plot %s of NAME", view);
}

int request_room(const struct view_request *r, const char *view, const char *thing, const char *how,
                 size_t count, size_t most, struct err *e)
{
    const char *text = r->text ? " as text" : "";
    if (count <= most)
        return 0;
    if (most == 1)
        err_at(e, r->place, "%s shows one %s at a time%s, and these are %zu", view, thing, text,
               count);
    else
        err_at(e, r->place, "%s shows %zu %ss at most%s, and these are %zu", view, most, thing,
               text, count);
    return err_hint(e, "name %s: plot %s %s", most == 1 ? "one" : "some", view, how);
}

bool request_yes(const struct view_request *r, const struct arg_spec *key)
{
    return r->keys ? args_yes(r->keys, key->name) : strcmp(key->standard, "yes") == 0;
}

int request_done(struct figure *f, int failed, struct err *e)
{
    if (!failed && !figure_failed(f))
        return 0;
    figure_finish(f);
    return failed ? -1 : err_memory(e);
}

void request_name(struct str *to, const struct view_request *r, const struct model *m,
                  const char *of)
{
    if (r->models > 1 || r->among)
        str_addf(to, "%s: ", m->name);
    str_add(to, of);
}

/* The text after what is missing, where it is not plain which model is meant. */
static const char *in_model(const struct view_request *r, const struct model *m, char text[120])
{
    text[0] = 0;
    if (r->models > 1)
        snprintf(text, 120, " in the model %.90s", m->name);
    return text;
}

id request_layer(const struct view_request *r, const struct model *m, const char *name,
                 struct span where, struct err *e)
{
    const struct graph *g = m->graph;
    struct nearest near = {0};
    char in[120];
    const id layer = graph_find_layer(g, name), call = graph_find_call(g, name);
    if (layer != NOTHING)
        return layer;
    if (call != NOTHING) {
        const char *owner = g->layer[g->call[call].layer].name;
        err_at(e, where, "%s is a call of the layer %s, which has the weights", name, owner);
        err_hint(e, "name the layer: %s", owner);
        return NOTHING;
    }
    for (size_t i = 0; i < g->layers; i++)
        nearest_try(&near, name, g->layer[i].name);
    err_at(e, where, "there is no layer \"%s\"%s", name, in_model(r, m, in));
    if (near.name)
        err_hint(e, "did you mean %s?", near.name);
    else
        err_hint(e, "summary lists the layers");
    return NOTHING;
}

/* The next layer from `layer` on that has a kernel; NOTHING if there is none. */
static id next_with_kernel(const struct graph *g, id layer)
{
    while (layer < g->layers && graph_find_weight(g, layer, "kernel") == NOTHING)
        layer++;
    return layer < g->layers ? layer : NOTHING;
}

static int no_kernel(const struct view_request *r, const struct model *m, const char *layer,
                     struct span where, struct err *e)
{
    struct str list = {0};
    char in[120];
    for (id l = 0; (l = next_with_kernel(m->graph, l)) != NOTHING; l++)
        str_addf(&list, "%s%s", list.size ? ", " : "", m->graph->layer[l].name);
    if (layer)
        err_at(e, where, "%s has no kernel%s", layer, in_model(r, m, in));
    else
        err_at(e, where, "no layer of the model %s has a kernel", m->name);
    if (list.size)
        err_hint(e, "these have one: %.250s", list.text);
    else
        err_hint(e, "dense layers have one, for example dense 8");
    str_finish(&list);
    return -1;
}

/* The i-th kernel that is asked for of one model: *weight NULL behind the last. */
static int nth_kernel(const struct view_request *r, const struct model *m, size_t i, id *layer,
                      const struct weight **weight, struct err *e)
{
    const struct graph *g = m->graph;
    *weight = NULL;
    if (r->layers) {
        if (i >= r->layers)
            return 0;
        *layer = request_layer(r, m, r->layer[i], r->where[i], e);
        if (*layer == NOTHING)
            return -1;
        if (graph_find_weight(g, *layer, "kernel") == NOTHING)
            return no_kernel(r, m, r->layer[i], r->where[i], e);
    } else if ((*layer = next_with_kernel(g, i ? *layer + 1 : 0)) == NOTHING) {
        return i ? 0 : no_kernel(r, m, NULL, r->place, e);
    }
    *weight = &g->weight[graph_find_weight(g, *layer, "kernel")];
    return 0;
}

/* How many kernels the request means of one model. */
static int count_kernels(const struct view_request *r, const struct model *m, size_t *count,
                         struct err *e)
{
    const struct weight *w;
    id layer = 0;
    for (*count = 0;; ++*count)
        if (nth_kernel(r, m, *count, &layer, &w, e))
            return -1;
        else if (!w)
            return 0;
}

static void lay_out(const struct view_request *r, size_t most, size_t total, struct kernels_of *to)
{
    to->rows = r->models;
    to->cols = most;
    if (r->models > 1)
        return;
    for (to->cols = 1; to->cols * to->cols < total; to->cols++)
        continue;
    to->rows = (total + to->cols - 1) / to->cols;
}

int request_kernels(const struct view_request *r, const char *view, size_t most,
                    struct kernels_of *to, struct err *e)
{
    size_t widest = 0, total = 0;
    *to = (struct kernels_of){0};
    if (request_filled(r, e))
        return -1;
    for (size_t m = 0, count; m < r->models; m++) {
        if (count_kernels(r, r->model[m], &count, e))
            return -1;
        widest = count > widest ? count : widest;
        total += count;
    }
    if (request_room(r, view, "kernel", "LAYER", r->models > 1 ? r->models * widest : total, most,
                     e))
        return -1;
    lay_out(r, widest, total, to);
    for (size_t m = 0; m < r->models; m++) {
        id layer = 0;
        if (model_draw(r->model[m], r->seed, 0, e))
            return -1;
        for (size_t i = 0; i < widest; i++) {
            const struct weight *w;
            if (nth_kernel(r, r->model[m], i, &layer, &w, e))
                return -1;
            if (!w)
                break;
            to->at[m * widest + i].model = r->model[m];
            to->at[m * widest + i].weight = w;
        }
    }
    return 0;
}

void request_pair(struct kernels_of *k)
{
    if (k->cols > 1 || k->rows == 1)
        return;
    k->cols = 2;
    k->rows = (k->rows + 1) / 2;
}
