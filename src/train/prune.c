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

size_t pruning_due(const struct model *m, id weight, double share)
{
    return (size_t)floor(share * (double)m->graph->weight[weight].count + 0.5);
}

int pruning_find(struct pruning *p, struct model *m, id weight, double share, uint64_t seed,
                 struct err *e)
{
    const struct weight *w = &m->graph->weight[weight];
    if (model_draw(m, seed, 0, e))
        return -1;
    *p = (struct pruning){.weight = weight, .due = pruning_due(m, weight, share)};
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
    mem_free(p->was);
    p->block = p->was = NULL;
}

int pruning_keep(struct pruning *p, const struct model *m, struct err *e)
{
    const struct weight *w = &m->graph->weight[p->weight];
    const struct model_state *s = &m->state;
    if (!(p->was = mem_new(3 * w->count, sizeof *p->was)))
        return err_memory(e);
    memcpy(p->was, s->weight + w->at, w->count * sizeof *p->was);
    if (s->average)
        memcpy(p->was + w->count, s->average + w->at, w->count * sizeof *p->was);
    if (s->pruned)
        memcpy(p->was + 2 * w->count, s->pruned + w->at, w->count * sizeof *p->was);
    p->was_pruned = s->pruned != NULL;
    p->was_trained = s->trained;
    p->was_trained_reals = s->trained_reals;
    return 0;
}

void model_prune_back(struct model *m, struct pruning *p)
{
    const struct weight *w = &m->graph->weight[p->weight];
    struct model_state *s = &m->state;
    memcpy(s->weight + w->at, p->was, w->count * sizeof *p->was);
    if (s->average)
        memcpy(s->average + w->at, p->was + w->count, w->count * sizeof *p->was);
    if (p->was_pruned) {
        memcpy(s->pruned + w->at, p->was + 2 * w->count, w->count * sizeof *p->was);
    } else {
        /* Another rule may have been the one that made them. */
        mem_free(s->pruned);
        s->pruned = NULL;
    }
    s->trained = p->was_trained;
    s->trained_reals = p->was_trained_reals;
}

void model_prune_step(struct model *m, struct pruning *p)
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
}

void model_prune(struct model *m, struct pruning *p)
{
    model_prune_step(m, p);
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
