/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights that stay 0 (magnitude pruning: Han et al., Learning both weights and connections, 2015).
 */
#include "train/prune.h"

#include <string.h>

/* Sizes of numbers in an order that whole numbers have. */
static uint64_t size_key(real x)
{
    const double size = fabs((double)x);
    uint64_t key;
    memcpy(&key, &size, sizeof key);
    return key;
}

static size_t count_up_to(const real *w, size_t n, uint64_t key)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += size_key(w[i]) <= key;
    return count;
}

/* The size that `due` of w[n] do not exceed, the least one; `due` is at least 1. */
static uint64_t find_size(const real *w, size_t n, size_t due, const struct stop *stop)
{
    uint64_t low = 0, high = UINT64_MAX >> 1;
    while (low < high && !stop_asked(stop)) {
        const uint64_t middle = low + (high - low) / 2;
        if (count_up_to(w, n, middle) >= due)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Marks `due` of w[n] in to[n]. */
static void mark_smallest(const real *w, size_t n, size_t due, uint64_t key, real *to)
{
    size_t equal = due - (key ? count_up_to(w, n, key - 1) : 0);
    for (size_t i = 0; i < n; i++) {
        const uint64_t own = size_key(w[i]);
        const bool taken = own < key || (own == key && equal > 0);
        equal -= own == key && taken;
        to[i] = taken;
    }
}

static void numbers_changed(struct model *m)
{
    if (m->derived)
        m->derived->refresh(m->derived);
}

int pruning_find(struct pruning *p, struct model *m, id weight, double share, uint64_t seed,
                 struct err *e)
{
    const struct weight *w = &m->graph->weight[weight];
    if (model_draw(m, seed, 0, e))
        return -1;
    *p = (struct pruning){.weight = weight, .due = (size_t)floor(share * (double)w->count + 0.5)};
    if (p->due)
        p->key = find_size(m->state.weight + w->at, w->count, p->due, m->stop);
    if (stop_check(m->stop, e))
        return -1;
    if (!m->state.pruned && !(p->block = mem_block(m->state.reals, sizeof *p->block)))
        return err_memory(e);
    return 0;
}

void pruning_finish(struct pruning *p)
{
    mem_free(p->block);
    p->block = NULL;
}

void model_prune(struct model *m, struct pruning *p)
{
    const struct weight *w = &m->graph->weight[p->weight];
    struct model_state *s = &m->state;
    if (!s->pruned) {
        s->pruned = p->block;
        p->block = NULL;
    }
    real *now = s->weight + w->at, *to = s->pruned + w->at;
    memset(to, 0, w->count * sizeof *to);
    if (p->due)
        mark_smallest(now, w->count, p->due, p->key, to);
    model_hold_pruned(m, w->at, w->count, now);
    if (s->average)
        model_hold_pruned(m, w->at, w->count, s->average + w->at);
    s->trained = s->drawn;
    s->trained_reals = s->reals;
    numbers_changed(m);
}

void model_unprune(struct model *m, id weight)
{
    const struct weight *w = &m->graph->weight[weight];
    if (!m->state.pruned)
        return;
    memset(m->state.pruned + w->at, 0, w->count * sizeof(real));
    numbers_changed(m);
}

size_t model_pruned(const struct model *m, id weight)
{
    const struct weight *w = &m->graph->weight[weight];
    size_t count = 0;
    for (size_t i = w->at; m->state.pruned && i < w->at + w->count && i < m->state.reals; i++)
        count += m->state.pruned[i] != 0;
    return count;
}

void model_hold_pruned(const struct model *m, size_t at, size_t n, real *x)
{
    const real *pruned = m->state.pruned;
    for (size_t i = 0; pruned && i < n; i++)
        if (pruned[at + i] != 0)
            x[i] = 0;
}
