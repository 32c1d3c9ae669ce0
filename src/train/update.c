/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/update.h"

#include "nn/constraint.h"
#include "train/prune.h"

#include <string.h>

static bool weight_moves(const struct model *m, const struct weight *w)
{
    return graph_trains(m->graph, (id)(w - m->graph->weight));
}

/* What brings a gradient of norm sqrt(squares) down to norm `most`. */
static double share_of(double squares, double most)
{
    const double norm = sqrt(squares);
    return norm > most ? most / norm : 1;
}

struct clipped {
    const struct model *model;
    const struct range *range;
    size_t ranges;
    const real *grad;
    real *to;
};

/* The gradient, each weight tensor brought down to a norm of its own. */
static void clip_each(const struct clipped *u, double most)
{
    const struct model *m = u->model;
    for (size_t i = 0; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        const real *g = u->grad + w->at;
        if (weight_moves(m, w))
            kernels()->scale(w->count, share_of(kernels()->squares(w->count, g), most), g,
                             u->to + w->at);
    }
}

static void clip_whole(const struct clipped *u, double most)
{
    const double share = share_of(ranges_squares(u->range, u->ranges, u->grad), most);
    for (size_t i = 0; i < u->ranges; i++)
        kernels()->scale(u->range[i].count, share, u->grad + u->range[i].at,
                         u->to + u->range[i].at);
}

static void clip_values(const struct clipped *u, double most)
{
    for (size_t i = 0; i < u->ranges; i++)
        kernels()->clamp(u->range[i].count, most, u->grad + u->range[i].at, u->to + u->range[i].at);
}

static bool clips_gradient(const struct model *m)
{
    const struct clipping *c = &m->recipe.clipping;
    return c->norm > 0 || c->whole > 0 || c->value > 0;
}

/* The gradient that the optimizer is to follow, of a model that clips. */
static const real *clip_gradient(const struct clipped *u)
{
    const struct clipping c = u->model->recipe.clipping;
    if (c.norm > 0)
        clip_each(u, c.norm);
    else if (c.whole > 0)
        clip_whole(u, c.whole);
    else
        clip_values(u, c.value);
    return u->to;
}

static void constrain_weights(struct model *m, double *room)
{
    for (size_t i = 0; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        if (w->constraint && weight_moves(m, w))
            constraint_apply(w->constraint, &w->shape, m->state.weight + w->at, room);
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
        if (to > from && kind->decay)
            kernels()->shrink(to - from, kind->decay(m->recipe.optimizer.args),
                              m->state.weight + at);
        if (to > from)
            kind->update(m->recipe.optimizer.args, m->state.updates, to - from, x->grad + at,
                         m->state.weight + at, slot);
    }
}

size_t update_room(const struct graph *g)
{
    size_t most = 0;
    for (size_t i = 0; i < g->weights; i++) {
        const struct weight *w = &g->weight[i];
        const size_t due = w->constraint ? constraint_room(w->constraint, &w->shape) : 0;
        most = due > most ? due : most;
    }
    return most;
}

void update_weights(const struct update *u)
{
    const struct model *m = u->model;
    struct descent x = {.update = u, .grad = m->state.grad};
    if (clips_gradient(m))
        x.grad =
            clip_gradient(&(struct clipped){m, u->range, u->ranges, m->state.grad, u->scratch});
    u->model->state.updates++;
    if (u->workers)
        workers_update(u->workers, update_part, &x);
    else
        update_part(&x, 0, 1);
    /* Nothing of a clipped gradient is wanted any more. */
    proximal_move_all(u->plan, u->model, u->scratch);
    constrain_weights(u->model, u->room);
    for (size_t i = 0; i < u->ranges; i++)
        model_hold_pruned(m, u->range[i].at, u->range[i].count, m->state.weight + u->range[i].at);
}

/* Moves w[n], weights [at, at + n) or what stands in for them, and leaves the state as it is. Where
 * step is not NULL it gets their step sizes. */
static void try_part(const struct update_trial *t, const real *grad, size_t at, size_t n, real *w,
                     real *step)
{
    enum { PART = 512 };
    const struct args *args = t->model->recipe.optimizer.args;
    const struct opt_kind *kind = opt_kind_of(args);
    const double start = opt_start(args);
    real room[SLOTS_MOST][PART], *slot[SLOTS_MOST] = {0};
    for (size_t from = 0; from < n; from += PART) {
        const size_t count = n - from < PART ? n - from : PART;
        for (size_t k = 0; k < kind->slots; k++) {
            slot[k] = room[k];
            for (size_t i = 0; i < count; i++)
                room[k][i] = t->slot ? t->slot[k][at + from + i] : (real)start;
        }
        kind->update(args, t->updates + 1, count, grad + at + from, w + from, slot);
        if (step)
            opt_step_sizes(args, t->updates + 1, count, slot, step + from);
    }
}

static const real *trial_gradient(const struct update_trial *t, const real *grad)
{
    if (!clips_gradient(t->model))
        return grad;
    return clip_gradient(&(struct clipped){t->model, t->range, t->ranges, grad, t->scratch});
}

/* The tensor's new weights. */
static void try_tensor(const struct update_trial *t, const struct weight *w, const real *grad,
                       real *to)
{
    const id number = (id)(w - t->model->graph->weight);
    const double decay = opt_decay(t->model->recipe.optimizer.args);
    memcpy(to, t->weight + w->at, w->count * sizeof *to);
    if (decay > 0)
        kernels()->shrink(w->count, decay, to);
    /* In the place of the clipped gradient, part by part when it has been followed. */
    real *step = proximal_acts(t->plan, number) ? t->scratch + w->at : NULL;
    try_part(t, grad, w->at, w->count, to, step);
    if (step)
        proximal_move(&(struct proximal){t->plan, t->model, t->term, t->factor}, number, step, to);
    if (w->constraint)
        constraint_apply(w->constraint, &w->shape, to, t->room);
    model_hold_pruned(t->model, w->at, w->count, to);
}

void update_weights_from(const struct update_trial *t, const real *grad, real *to)
{
    const struct model *m = t->model;
    grad = trial_gradient(t, grad);
    for (size_t i = 0; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        if (weight_moves(m, w))
            try_tensor(t, w, grad, to + w->at);
    }
}

void update_difference(const struct update_trial *t, const real *grad, real *to)
{
    const struct model *m = t->model;
    const double decay = opt_decay(m->recipe.optimizer.args);
    const bool from_weight = opt_kind_of(m->recipe.optimizer.args)->from_weight;
    grad = trial_gradient(t, grad);
    for (size_t i = 0; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        if (!weight_moves(m, w))
            continue;
        if (w->constraint || m->state.pruned || from_weight || proximal_acts(t->plan, (id)i)) {
            try_tensor(t, w, grad, to + w->at);
            kernels()->axpy(w->count, -1, t->weight + w->at, to + w->at);
            continue;
        }
        memset(to + w->at, 0, w->count * sizeof *to);
        try_part(t, grad, w->at, w->count, to + w->at, NULL);
        if (decay > 0)
            kernels()->axpy(w->count, -decay, t->weight + w->at, to + w->at);
    }
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
