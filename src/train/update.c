/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/update.h"

#include "nn/constraint.h"

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

/* The gradient, each weight tensor brought down to a norm of its own. */
static void clip_each(const struct update *u, double most)
{
    const struct model *m = u->model;
    for (size_t i = 0; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        const real *g = m->state.grad + w->at;
        if (moves(m, w))
            kernels()->scale(w->count, share_of(kernels()->squares(w->count, g), most), g,
                             u->scratch + w->at);
    }
}

static void clip_whole(const struct update *u, double most)
{
    const real *g = u->model->state.grad;
    const double share = share_of(ranges_squares(u->range, u->ranges, g), most);
    for (size_t i = 0; i < u->ranges; i++)
        kernels()->scale(u->range[i].count, share, g + u->range[i].at, u->scratch + u->range[i].at);
}

static void clip_values(const struct update *u, double most)
{
    for (size_t i = 0; i < u->ranges; i++)
        kernels()->clamp(u->range[i].count, most, u->model->state.grad + u->range[i].at,
                         u->scratch + u->range[i].at);
}

/* The gradient that the optimizer is to follow. */
static const real *clipped(const struct update *u)
{
    const struct clipping c = u->model->recipe.clipping;
    if (c.norm > 0)
        clip_each(u, c.norm);
    else if (c.whole > 0)
        clip_whole(u, c.whole);
    else if (c.value > 0)
        clip_values(u, c.value);
    else
        return u->model->state.grad;
    return u->scratch;
}

static void constrain(struct model *m)
{
    for (size_t i = 0; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        if (w->constraint && moves(m, w))
            constraint_apply(w->constraint, &w->shape, m->state.weight + w->at);
    }
}

struct descent {
    const struct update *update;
    const real *grad;
};

/* One of `parts` parts of each range. */
static void update_part(void *self, size_t part, size_t parts)
{
    const struct descent *x = self;
    const struct update *u = x->update;
    const struct model *m = u->model;
    const struct opt_kind *kind = opt_kind_of(m->recipe.optimizer.args);
    for (size_t i = 0; i < u->ranges; i++) {
        size_t from, to;
        range_slice(&u->range[i], part, parts, &from, &to);
        const size_t at = u->range[i].at + from;
        real *slot[SLOTS_MOST];
        for (size_t k = 0; k < SLOTS_MOST; k++)
            slot[k] = m->state.slot[k] ? m->state.slot[k] + at : NULL;
        if (to > from)
            kind->update(m->recipe.optimizer.args, m->state.updates, to - from, x->grad + at,
                         m->state.weight + at, slot);
    }
}

void update_weights(const struct update *u)
{
    struct descent x = {.update = u, .grad = clipped(u)};
    u->model->state.updates++;
    if (u->workers)
        workers_update(u->workers, update_part, &x);
    else
        update_part(&x, 0, 1);
    constrain(u->model);
}

double update_reach(const struct model *m, double norm)
{
    const struct clipping c = m->recipe.clipping;
    const double reals = (double)m->graph->weight_reals, weights = (double)m->graph->weights;
    if (!isfinite(norm))
        return norm;
    if (c.norm > 0)
        norm = fmin(norm, c.norm * sqrt(weights));
    if (c.whole > 0)
        norm = fmin(norm, c.whole);
    if (c.value > 0)
        norm = fmin(norm, c.value * sqrt(reals));
    return opt_kind_of(m->recipe.optimizer.args)->reach(m->recipe.optimizer.args, norm);
}
