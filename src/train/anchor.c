/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/anchor.h"

#include "nn/penalty_l2sp.h"
#include "train/numbers.h"

int anchor_put(struct arena *to, const struct args *a, const real *x, size_t n, struct err *e)
{
    struct arg *x0 = penalty_anchor(a);
    double *item = arena_new(to, n, sizeof *item);
    if (!item)
        return err_memory(e);
    for (size_t i = 0; i < n; i++)
        item[i] = (double)x[i];
    x0->as.numbers.item = item;
    x0->as.numbers.count = n;
    return 0;
}

/* Whether the weights that are there now are what the term stays near. */
static bool takes_present(const struct model *m, const struct args *a)
{
    const bool open = !penalty_anchor(a)->given && !penalty_anchor_mark(a)->given;
    return open && (!m->state.step || !penalty_anchor(a)->as.numbers.count);
}

static bool is_there(const struct model *m, const struct term *t, const struct args *a)
{
    const struct weight *w = &m->graph->weight[t->weight];
    const struct arg *x0 = penalty_anchor(a);
    bool same = t->number < m->state.penalties && m->state.penalty[t->number].args &&
                x0->as.numbers.count == w->count;
    for (size_t i = 0; same && i < w->count; i++)
        same = x0->as.numbers.item[i] == (double)m->state.weight[w->at + i];
    return same;
}

static int anchor_term(struct model *m, const struct term *t, const struct args *a, struct err *e)
{
    const struct weight *w = &m->graph->weight[t->weight];
    struct arena arena = {0};
    struct numbers n;
    struct args *with = args_copy(&arena, a);
    const struct arg sum = {.as.calls = {.item = &with, .count = 1}};
    int failed = !with ? err_memory(e)
                       : anchor_put(&arena, with, m->state.weight + w->at, w->count, e) ||
                             numbers_make(&n, m, t->number, &sum, e);
    if (!failed) {
        numbers_swap(m, &n);
        numbers_finish(&n);
    }
    arena_finish(&arena);
    return failed ? -1 : 0;
}

int model_anchor(struct model *m, struct err *e)
{
    for (id i = 0; i < m->graph->terms; i++) {
        const struct term *t = &m->graph->term[i];
        const struct args *a = model_term(m, i);
        if (!penalty_anchored(a) || t->weight == NOTHING || !takes_present(m, a) ||
            is_there(m, t, a))
            continue;
        if (anchor_term(m, t, a, e))
            return -1;
    }
    return 0;
}
