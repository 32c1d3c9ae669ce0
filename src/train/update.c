/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/update.h"

#include "nn/constraint.h"
#include "train/workers.h"

static bool moves(const struct model *m, const struct weight *w)
{
    return graph_trains(m->graph, (id)(w - m->graph->weight));
}

/* What brings a gradient of norm sqrt(squares) down to norm `most`. */
static double share_of(double squares, double most)
{
    const double norm = sqrt(squares);
    return norm > most ? most / norm : 1;
}

/* m->next_grad = the gradient, each weight tensor brought down to a norm of its own. */
static void clip_each(struct model *m, double most)
{
    for (size_t i = 0; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        const real *g = m->grad + w->at;
        if (moves(m, w))
            kernels()->scale(w->count, share_of(kernels()->squares(w->count, g), most), g,
                             m->next_grad + w->at);
    }
}

static void clip_whole(struct model *m, double most)
{
    double squares = 0;
    for (size_t i = 0; i < m->ranges; i++)
        squares += kernels()->squares(m->range[i].count, m->grad + m->range[i].at);
    for (size_t i = 0; i < m->ranges; i++)
        kernels()->scale(m->range[i].count, share_of(squares, most), m->grad + m->range[i].at,
                         m->next_grad + m->range[i].at);
}

static void clip_values(struct model *m, double most)
{
    for (size_t i = 0; i < m->ranges; i++)
        kernels()->clamp(m->range[i].count, most, m->grad + m->range[i].at,
                         m->next_grad + m->range[i].at);
}

/* The gradient that the optimizer is to follow. */
static const real *clipped(struct model *m)
{
    const struct clipping c = m->clipping;
    if (c.norm > 0)
        clip_each(m, c.norm);
    else if (c.whole > 0)
        clip_whole(m, c.whole);
    else if (c.value > 0)
        clip_values(m, c.value);
    else
        return m->grad;
    return m->next_grad;
}

static void constrain(struct model *m)
{
    for (size_t i = 0; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        if (w->constraint && moves(m, w))
            constraint_apply(w->constraint, &w->shape, m->weight + w->at);
    }
}

/* One of `parts` parts of each range; they begin at whole cache lines. */
static void update_part(struct model *m, const real *g, size_t part, size_t parts)
{
    enum { LINE = 16 };
    const struct opt_kind *kind = opt_kind_of(m->optimizer.args);
    for (size_t i = 0; i < m->ranges; i++) {
        const struct range *r = &m->range[i];
        const size_t from = r->count * part / parts / LINE * LINE;
        const size_t to = part + 1 < parts ? r->count * (part + 1) / parts / LINE * LINE : r->count;
        const size_t at = r->at + from;
        real *slot[SLOTS_MOST];
        for (size_t k = 0; k < SLOTS_MOST; k++)
            slot[k] = m->slot[k] ? m->slot[k] + at : NULL;
        if (to > from)
            kind->update(m->optimizer.args, m->updates, to - from, g + at, m->weight + at, slot);
    }
}

void update_weights(struct model *m)
{
    const real *g = clipped(m);
    m->updates++;
    if (m->split)
        workers_update(m, g, update_part);
    else
        update_part(m, g, 0, 1);
    constrain(m);
}

double update_reach(const struct model *m, double norm)
{
    const struct clipping c = m->clipping;
    const double reals = (double)m->graph->weight_reals, weights = (double)m->graph->weights;
    if (!isfinite(norm))
        return norm;
    if (c.norm > 0)
        norm = fmin(norm, c.norm * sqrt(weights));
    if (c.whole > 0)
        norm = fmin(norm, c.whole);
    if (c.value > 0)
        norm = fmin(norm, c.value * sqrt(reals));
    return opt_kind_of(m->optimizer.args)->reach(m->optimizer.args, norm);
}
