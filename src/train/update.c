/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/update.h"

#include "base/rng.h"
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

/* A gradient to be clipped, with noise to be added. */
struct steered {
    const struct model *model;
    const struct opt_common *by;
    const struct range *range;
    size_t ranges;
    const real *grad;
    real *to;
    uint64_t seed, step;
};

/* The gradient, each weight tensor brought down to a norm of its own. */
static void clip_each(const struct steered *u, double most)
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

static void clip_whole(const struct steered *u, double most)
{
    const double share = share_of(ranges_squares(u->range, u->ranges, u->grad), most);
    for (size_t i = 0; i < u->ranges; i++)
        kernels()->scale(u->range[i].count, share, u->grad + u->range[i].at,
                         u->to + u->range[i].at);
}

static void clip_values(const struct steered *u, double most)
{
    for (size_t i = 0; i < u->ranges; i++)
        kernels()->clamp(u->range[i].count, most, u->grad + u->range[i].at, u->to + u->range[i].at);
}

static bool clips_gradient(const struct opt_common *c)
{
    return c->norm > 0 || c->whole > 0 || c->value > 0;
}

/* The numbers have the seed, the weight's path and the step for their key: threads, other layers
 * and what was drawn before change none. */
static void add_noise(const struct steered *u, const real *grad)
{
    const struct graph *g = u->model->graph;
    for (size_t i = 0; i < g->weights; i++) {
        const struct weight *w = &g->weight[i];
        const uint64_t key = rng_key(u->seed, "gradient noise", w->path, u->step);
        if (!weight_moves(u->model, w))
            continue;
        for (size_t k = 0; k < w->count; k++)
            u->to[w->at + k] = (real)((double)grad[w->at + k] + u->by->noise * rng_normal(key, k));
    }
}

/* The gradient that the optimizer is to follow. */
static const real *steer_gradient(const struct steered *u)
{
    const struct opt_common *c = u->by;
    const real *grad = clips_gradient(c) ? u->to : u->grad;
    if (c->norm > 0)
        clip_each(u, c->norm);
    else if (c->whole > 0)
        clip_whole(u, c->whole);
    else if (c->value > 0)
        clip_values(u, c->value);
    if (c->noise == 0)
        return grad;
    add_noise(u, grad);
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
    double decay;
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
        if (to > from && x->decay > 0 && u->range[i].decays)
            kernels()->shrink(to - from, x->decay, m->state.weight + at);
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
    const struct steered s = {.model = m,
                              .by = &m->recipe.common,
                              .range = u->range,
                              .ranges = u->ranges,
                              .grad = u->grad,
                              .to = u->scratch,
                              .seed = u->seed,
                              .step = m->state.step};
    struct descent x = {
        .update = u, .grad = steer_gradient(&s), .decay = opt_decay(m->recipe.optimizer.args)};
    u->model->state.updates++;
    if (u->workers)
        workers_update(u->workers, update_part, &x);
    else
        update_part(&x, 0, 1);
    /* Nothing of a clipped gradient is wanted any more. */
    proximal_move_all(u->plan, u->model, u->scratch);
    constrain_weights(u->model, u->room);
    for (size_t i = 0; m->state.pruned && i < u->ranges; i++)
        model_hold_pruned(m, u->range[i].at, u->range[i].count, m->state.weight + u->range[i].at);
}

/* Moves w[n], weights [at, at + n) or what stands in for them, and leaves the state as it is. Where
 * step is not NULL it gets their step sizes. */
static void try_part(const struct update_trial *t, const real *grad, size_t at, size_t n, real *w,
                     real *step)
{
    enum { PART = 512 };
    const struct args *args = t->args;
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
    return steer_gradient(&(struct steered){.model = t->model,
                                            .by = &t->common,
                                            .range = t->range,
                                            .ranges = t->ranges,
                                            .grad = grad,
                                            .to = t->scratch,
                                            .seed = t->seed,
                                            .step = t->step});
}

/* The share of a weight that the decay takes away. */
static double trial_decay(const struct update_trial *t, const struct weight *w)
{
    const struct graph *g = t->model->graph;
    const double decay = opt_decay(t->args);
    return decay > 0 && graph_decays(g, (id)(w - g->weight)) ? decay : 0;
}

/* The tensor's new weights. */
static void try_tensor(const struct update_trial *t, const struct weight *w, const real *grad,
                       real *to)
{
    const id number = (id)(w - t->model->graph->weight);
    const double decay = trial_decay(t, w);
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
    const bool from_weight = opt_kind_of(t->args)->from_weight;
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
        const double decay = trial_decay(t, w);
        memset(to + w->at, 0, w->count * sizeof *to);
        try_part(t, grad, w->at, w->count, to + w->at, NULL);
        if (decay > 0)
            kernels()->axpy(w->count, -decay, t->weight + w->at, to + w->at);
    }
}

double update_reach(const struct model *m, double norm)
{
    /* No normal number that a double can make is larger. */
    const double most_normal = 9;
    const struct opt_common c = m->recipe.common;
    const double reals = (double)m->graph->weight_reals, weights = (double)m->graph->weights;
    if (!isfinite(norm))
        return norm;
    if (c.norm > 0)
        norm = fmin(norm, c.norm * sqrt(weights));
    if (c.whole > 0)
        norm = fmin(norm, c.whole);
    if (c.value > 0)
        norm = fmin(norm, c.value * sqrt(reals));
    norm += c.noise > 0 ? c.noise * most_normal * sqrt(reals) : 0;
    return opt_kind_of(m->recipe.optimizer.args)->reach(m->recipe.optimizer.args, norm);
}
