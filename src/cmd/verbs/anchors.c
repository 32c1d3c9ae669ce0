/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/anchors.h"

#include "cmd/session/marks.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include "nn/init.h"
#include "nn/penalty_l2sp.h"
#include "train/anchor.h"

#include <string.h>

static const struct model *model_in(const struct snapshot *p, const char *name)
{
    for (size_t i = 0; i < p->models; i++)
        if (strcmp(p->model[i]->model->name, name) == 0)
            return p->model[i]->model;
    return NULL;
}

static const struct weight *weight_in(const struct model *m, const char *path)
{
    for (size_t i = 0; m && i < m->graph->weights; i++)
        if (strcmp(m->graph->weight[i].path, path) == 0)
            return &m->graph->weight[i];
    return NULL;
}

static int from_mark(struct session *s, struct arena *arena, const struct weight *w,
                     const struct args *a, struct err *e)
{
    const struct arg *name = penalty_anchor_mark(a);
    const struct mark *mark = mark_find(s, name, e);
    const char *model = current_model(s)->name;
    if (!mark)
        return -1;
    const struct model *m = model_in(&mark->state, model);
    const struct weight *there = weight_in(m, w->path);
    if (!there || !shape_same(&there->shape, &w->shape)) {
        err_at(e, name->where, "in the mark %s the model %s has no %s of that shape", name->as.text,
               model, w->path);
        return err_hint(e, "set a mark when the weight is there");
    }
    const size_t at = (size_t)(there - m->graph->weight);
    if (at < m->state.drawn && m->state.weight)
        return anchor_put(arena, a, m->state.weight + there->at, w->count, e);
    err_at(e, name->where, "in the mark %s %s was not drawn yet", name->as.text, w->path);
    return err_hint(e, "take a step before the mark, or leave to= out: x0 is the first weights");
}

/* The first weights of a model that has taken steps: drawn again. */
static int from_seed(struct session *s, struct arena *arena, const struct weight *w,
                     const struct args *a, struct err *e)
{
    const struct model *m = current_model(s);
    if ((size_t)(w - m->graph->weight) >= m->state.seeded) {
        err_at(e, a->where, "the first weights of %s are not known any more", w->path);
        return err_hint(e, "set a mark and name it: %s(..., to=MARK)", a->entry->name);
    }
    real *first = arena_new(arena, w->count, sizeof *first);
    if (!first)
        return err_memory(e);
    return weight_fill(w, m->state.first_seed, m->stop, first, e) ||
                   anchor_put(arena, a, first, w->count, e)
               ? -1
               : 0;
}

/* As nothing is trained, zeros stand for the mark's weights. */
static int check_anchor(struct session *s, struct arena *arena, const struct weight *w,
                        const struct args *a, struct err *e)
{
    const struct arg *name = penalty_anchor_mark(a);
    if (!name->given)
        return 0;
    real *zeros = arena_new(arena, w->count, sizeof *zeros);
    if (!zeros)
        return err_memory(e);
    return mark_find(s, name, e) ? anchor_put(arena, a, zeros, w->count, e) : -1;
}

int anchors_find(struct session *s, struct arena *arena, id layer, const char *slot,
                 const struct arg *sum, struct err *e)
{
    const struct model *m = current_model(s);
    const id weight = graph_find_weight(m->graph, layer, slot);
    for (size_t i = 0; weight != NOTHING && i < sum->as.calls.count; i++) {
        const struct args *a = sum->as.calls.item[i];
        const struct weight *w = &m->graph->weight[weight];
        if (!penalty_anchored(a) || penalty_anchor(a)->given)
            continue;
        if (checking(s) && check_anchor(s, arena, w, a, e))
            return -1;
        if (checking(s))
            continue;
        if (penalty_anchor_mark(a)->given ? from_mark(s, arena, w, a, e)
                                          : m->state.step && from_seed(s, arena, w, a, e))
            return -1;
    }
    return 0;
}
