/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/export/arrays.h"

#include "cmd/export/names.h"

#include "base/zip.h"
#include "nn/joint_term.h"
#include "nn/layer.h"
#include "train/inputs.h"

#include <stdio.h>
#include <string.h>

struct members {
    struct exported *script;
    struct archive_out *member;
    size_t count, room;
    bool failed;
};

enum { HEAD = 128, HEAD_MOST = 640, MAGIC = 10 };

/* The head of a .npy file, version 1 of the format (NEP 1). */
static const char *make_head(struct arena *arena, bool batch, size_t samples,
                             const struct shape *shape, size_t *size)
{
    char *head = arena_new(arena, HEAD_MOST, 1);
    if (!head)
        return NULL;
    int n = snprintf(head + MAGIC, HEAD_MOST - MAGIC,
                     "{'descr': '<f%zu', 'fortran_order': False, 'shape': (", sizeof(real));
    if (batch)
        n += snprintf(head + MAGIC + n, HEAD_MOST - MAGIC - (size_t)n, "%zu, ", samples);
    for (uint32_t i = 0; i < shape->axes; i++)
        n += snprintf(head + MAGIC + n, HEAD_MOST - MAGIC - (size_t)n, "%u, ", shape->size[i]);
    n += snprintf(head + MAGIC + n, HEAD_MOST - MAGIC - (size_t)n, "), }");
    *size = (MAGIC + (size_t)n + 1 + HEAD - 1) / HEAD * HEAD;
    memset(head + MAGIC + n, ' ', *size - MAGIC - (size_t)n);
    head[*size - 1] = '\n';
    memcpy(head, "\x93NUMPY\x01", 8);
    head[8] = (char)((*size - MAGIC) & 255);
    head[9] = (char)((*size - MAGIC) >> 8);
    return head;
}

/* An array of the numbers at `reals`, which outlive the listing. */
static void add_array(struct members *l, const char *kind, const char *name, bool batch,
                      size_t samples, const struct shape *shape, const real *reals)
{
    struct arena *arena = &l->script->arena;
    struct str text = {0};
    size_t head_size = 0;
    str_addf(&text, "%s%s%s.npy", kind, *name ? "/" : "", name);
    const char *kept = text.failed ? NULL : arena_text(arena, text.text, text.size);
    const char *head = make_head(arena, batch, samples, shape, &head_size);
    str_finish(&text);
    l->failed = l->failed || !kept || !head || !reals ||
                mem_room(&l->member, &l->room, l->count + 1, sizeof *l->member);
    if (l->failed)
        return;
    l->member[l->count++] = (struct archive_out){.name = kept,
                                                 .head = head,
                                                 .head_size = head_size,
                                                 .body = reals,
                                                 .body_size = (batch ? samples : 1) *
                                                              shape_count(shape) * sizeof *reals};
}

static void add_weights(struct members *l, const char *kind, const real *block)
{
    const struct graph *g = l->script->graph;
    for (size_t i = 0; block && i < g->weights; i++)
        add_array(l, kind, g->weight[i].path, false, 0, &g->weight[i].shape,
                  block + g->weight[i].at);
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
                add_array(l, kind, g->weight[i].path, false, 0, &g->weight[i].shape,
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
    add_array(l, kind, name, true, d->samples, shape, to);
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
        add_array(l, "sample_weight", "", true, d->samples, &none, d->weight);
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
        add_array(l, "start", name, false, 0, &w->shape, to);
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
