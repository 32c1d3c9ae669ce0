/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/export/arrays.h"

#include "cmd/export/names.h"

#include "base/zip.h"
#include "nn/joint_term.h"
#include "nn/layer.h"
#include "num/npy.h"
#include "train/inputs.h"

#include <stdio.h>
#include <string.h>

struct members {
    struct exported *script;
    struct archive_out *member;
    size_t count, room;
    bool failed;
};

/* An array of the numbers at `reals`, which outlive the list; `rows` in front, if not 0. */
static void add_array(struct members *l, const char *kind, const char *name, size_t rows,
                      const struct shape *shape, const real *reals)
{
    struct arena *arena = &l->script->arena;
    struct str text = {0}, head = {0};
    str_addf(&text, "%s%s%s.npy", kind, *name ? "/" : "", name);
    npy_head(&head, rows, shape);
    const bool made = !text.failed && !head.failed && reals;
    const char *kept = made ? arena_text(arena, text.text, text.size) : NULL;
    const char *begin = kept ? arena_text(arena, head.text, head.size) : NULL;
    l->failed =
        l->failed || !begin || mem_room(&l->member, &l->room, l->count + 1, sizeof *l->member);
    if (!l->failed)
        l->member[l->count++] = (struct archive_out){
            .name = kept,
            .head = begin,
            .head_size = head.size,
            .body = reals,
            .body_size = (rows ? rows : 1) * shape_count(shape) * sizeof *reals};
    str_finish(&text);
    str_finish(&head);
}

static void add_weights(struct members *l, const char *kind, const real *block)
{
    const struct graph *g = l->script->graph;
    for (size_t i = 0; block && i < g->weights; i++)
        add_array(l, kind, g->weight[i].path, 0, &g->weight[i].shape, block + g->weight[i].at);
}

/* The optimizer's numbers of the weights that it moves. */
static void add_slots(struct members *l)
{
    const struct graph *g = l->script->graph;
    const struct model_state *state = &l->script->model->state;
    for (size_t k = 0; state->updates && k < SLOTS_MOST; k++)
        for (id i = 0; state->slot[k] && i < g->weights; i++) {
            char kind[20];
            snprintf(kind, sizeof kind, "slot%zu", k);
            if (graph_trains(g, i))
                add_array(l, kind, g->weight[i].path, 0, &g->weight[i].shape,
                          state->slot[k] + g->weight[i].at);
        }
}

/* Columns of all samples, one row after the other. */
static void add_columns(struct members *l, const char *kind, const char *name,
                        const struct shape *shape, const real *from, size_t stride,
                        struct columns c)
{
    const struct dataset *d = &l->script->session->data;
    real *to = arena_new(&l->script->arena, d->samples * c.width + 1, sizeof *to);
    if (to)
        dataset_gather(from, stride, NULL, 0, d->samples, c.at, c.width, to);
    add_array(l, kind, name, d->samples, shape, to);
}

static void add_samples(struct members *l)
{
    const struct exported *s = l->script;
    const struct graph *g = s->graph;
    const struct dataset *d = &s->session->data;
    const struct shape none = {0};
    const struct value *v;
    size_t at = 0;
    for (size_t i = 0; (v = inputs_value(g, i)); i++) {
        const struct columns c = {at, shape_count(&v->shape)};
        add_columns(l, "input", g->call[v->made_by].name, &v->shape, d->x, d->inputs, c);
        at += c.width;
    }
    for (size_t i = 0; i < s->trainer->objectives; i++) {
        const struct objective *o = &s->trainer->objective[i];
        struct shape shape = g->value[o->value].shape;
        char name[30];
        snprintf(name, sizeof name, "%zu", i);
        shape.size[shape.axes - 1] = (uint32_t)o->cols;
        add_columns(l, "target", name, &shape, d->y, d->targets, o->columns);
    }
    if (d->weight)
        add_array(l, "sample_weight", "", d->samples, &none, d->weight);
}

/* What penalties hold weights to. */
static void add_starts(struct members *l)
{
    const struct exported *s = l->script;
    const struct graph *g = s->graph;
    for (id i = 0; i < g->terms; i++) {
        const struct args *args = model_term(s->model, i);
        if (!stays_near(args) || g->term[i].activity)
            continue;
        const struct weight *w = &g->weight[g->term[i].weight];
        const struct arg *start = args_get(args, "x0");
        real *to = arena_new(&l->script->arena, w->count, sizeof *to);
        for (size_t k = 0; to && k < w->count; k++)
            to[k] = start->as.numbers.count == w->count ? (real)start->as.numbers.item[k]
                                                        : s->model->state.weight[w->at + k];
        char name[30];
        snprintf(name, sizeof name, "%u", g->term[i].number);
        add_array(l, "start", name, 0, &w->shape, to);
    }
}

int script_arrays(struct exported *s, const struct file_name *file, struct err *e)
{
    struct members l = {.script = s};
    const struct model_state *state = &s->model->state;
    add_weights(&l, "weight", state->weight);
    add_slots(&l);
    add_weights(&l, "pruned", state->pruned);
    if (state->averaged)
        add_weights(&l, "average", state->average);
    add_starts(&l);
    add_samples(&l);
    const int failed = l.failed
                           ? err_memory(e)
                           : archive_write(file, l.member, l.count, &s->session->host->stop, e);
    mem_free(l.member);
    return failed;
}
