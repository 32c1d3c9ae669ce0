/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/revive.h"

#include "base/rng.h"
#include "nn/init.h"
#include "nn/layer.h"

#include <math.h>
#include <string.h>

/* Of the living units' norm, that a unit starts with. */
static const double share_of_norm = 0.2;

int revive_check(const struct model *m, id layer, struct span where, id *call, struct err *e)
{
    const struct graph *g = m->graph;
    const struct layer *l = &g->layer[layer];
    const id kernel = l->kind->kernel ? graph_find_weight(g, layer, "kernel") : NOTHING;
    if (kernel == NOTHING || g->weight[kernel].shape.axes != 2) {
        err_at(e, where, "%s has no kernel of inputs and units to start anew", l->name);
        return err_hint(e, "revive takes a dense layer");
    }
    if (!graph_trains(g, kernel)) {
        err_at(e, where, "%s is frozen: its units stay as they are", l->name);
        return err_hint(e, "let it train again: set %s.trainable = yes", l->name);
    }
    if ((*call = graph_only_call(g, layer)) != NOTHING)
        return 0;
    err_at(e, where, "%s is called more than once", l->name);
    return err_hint(e, "revive takes a layer with one call: its inputs are those of the call");
}

int revive_begin(struct revive *x, struct model *m, id call)
{
    const struct graph *g = m->graph;
    const struct shape *in = &g->value[g->call[call].input[0]].shape;
    *x = (struct revive){.model = m,
                         .call = call,
                         .kernel = graph_find_weight(g, g->call[call].layer, "kernel"),
                         .inputs = shape_last(in)};
    x->rows = shape_count(in) / x->inputs;
    return active_begin(&x->active, g, call, 0);
}

int revive_look(struct revive *x, const struct frame *f)
{
    if (mem_room(&x->loss, &x->room, x->samples + f->samples, sizeof *x->loss))
        return -1;
    active_add(&x->active, f);
    for (size_t i = 0; i < f->samples; i++) {
        const double loss = frame_sample_loss(f, i);
        x->loss[x->samples++] = loss > 0 && isfinite(loss) ? loss : 0;
    }
    return 0;
}

/* The sample that a share of the sum of squares falls on. */
static size_t draw_sample(const struct revive *x, double sum, double share)
{
    double left = share * sum;
    size_t i = 0;
    if (!(sum > 0) || !isfinite(sum))
        return (size_t)(share * (double)x->samples);
    while (i + 1 < x->samples && (left -= x->loss[i] * x->loss[i]) >= 0)
        i++;
    return i;
}

int revive_choose(struct revive *x, uint64_t seed)
{
    const struct model *m = x->model;
    const uint64_t key = rng_key(seed, "revive", m->graph->weight[x->kernel].path, m->state.step);
    const size_t dead = active_never(&x->active);
    double sum = 0;
    x->unit = mem_new(dead, sizeof *x->unit);
    x->from = mem_new(dead, sizeof *x->from);
    x->vector = mem_block(dead * x->inputs, sizeof *x->vector);
    if (!x->unit || !x->from || !x->vector)
        return -1;
    for (size_t i = 0; i < x->samples; i++)
        sum += x->loss[i] * x->loss[i];
    for (size_t j = 0; j < x->active.units; j++) {
        if (x->active.ever[j])
            continue;
        const size_t sample = draw_sample(x, sum, rng_uniform(key, 2 * j));
        const size_t row = (size_t)(rng_uniform(key, 2 * j + 1) * (double)x->rows);
        x->unit[x->units] = j;
        x->from[x->units++] = sample * x->rows + row;
    }
    return 0;
}

/* The same share of the way through the rows of steps that are not masked, where there are any. */
static size_t row_seen(const struct revive *x, const struct steps_seen *seen, size_t sample,
                       size_t row)
{
    const real *m = seen->mask + sample * seen->steps;
    const size_t places = x->rows / seen->steps;
    size_t valid = 0, step = 0;
    for (size_t t = 0; t < seen->steps; t++)
        valid += m[t] != 0;
    if (!valid)
        return row;
    const size_t due = row * valid / seen->steps;
    for (size_t before = due / places; before > 0 || m[step] == 0; step++)
        before -= m[step] != 0;
    return step * places + due % places;
}

void revive_take(struct revive *x, const struct frame *f, size_t first)
{
    const struct graph *g = x->model->graph;
    const id value = g->call[x->call].input[0];
    const real *in = frame_value(f, value);
    const struct steps_seen *seen = frame_seen(f, value);
    const size_t begin = first * x->rows, end = begin + f->samples * x->rows;
    for (size_t k = 0; k < x->units; k++)
        if (x->from[k] >= begin && x->from[k] < end) {
            const size_t from = x->from[k] - begin, sample = from / x->rows, row = from % x->rows;
            const size_t at = sample * x->rows + (seen ? row_seen(x, seen, sample, row) : row);
            memcpy(x->vector + k * x->inputs, in + at * x->inputs, x->inputs * sizeof *x->vector);
        }
}

static double column_norm(const real *w, size_t rows, size_t cols, size_t j)
{
    double sum = 0;
    for (size_t i = 0; i < rows; i++)
        sum += (double)w[i * cols + j] * (double)w[i * cols + j];
    return sqrt(sum);
}

static double living_norm(const struct revive *x, const real *w)
{
    const size_t cols = x->active.units;
    double sum = 0;
    if (x->units == cols)
        return 1;
    for (size_t j = 0; j < cols; j++)
        if (x->active.ever[j])
            sum += column_norm(w, x->inputs, cols, j);
    return sum / (double)(cols - x->units);
}

static void put_column(const struct revive *x, size_t k, double norm, real *w)
{
    const real *v = x->vector + k * x->inputs;
    const double length = column_norm(v, x->inputs, 1, 0);
    for (size_t i = 0; i < x->inputs; i++)
        w[i * x->active.units + x->unit[k]] =
            (real)(length > 0 ? (double)v[i] * share_of_norm * norm / length : 0);
}

/* What the optimizer keeps of a unit, in a tensor whose last axis is the units, is as it begins. */
static void forget_unit(const struct revive *x, const struct weight *w, size_t unit)
{
    struct model_state *s = &x->model->state;
    const size_t cols = x->active.units;
    const struct args *optimizer = x->model->recipe.optimizer.args;
    const real start = optimizer ? (real)opt_start(optimizer) : 0;
    for (size_t k = 0; k < SLOTS_MOST; k++)
        for (size_t i = unit; s->slot[k] && i < w->count; i += cols)
            s->slot[k][w->at + i] = start;
}

/* First values of the layer's other weights that have a number for each unit, one tensor behind the
 * other; the bias has 0. */
static int draw_units(const struct revive *x, const struct layer *l, uint64_t seed, real *fresh,
                      struct err *e)
{
    const struct weight *w = x->model->graph->weight + l->first_weight;
    for (uint32_t i = 0; i < l->weights; i++, fresh += x->active.units)
        if (w[i].count == x->active.units && strcmp(w[i].name, "bias") != 0 &&
            init_fill(w[i].init, &w[i].shape, seed, w[i].path, x->model->stop, fresh, e))
            return -1;
    return 0;
}

static void put_units(const struct revive *x, const struct layer *l, const real *fresh)
{
    const struct weight *w = x->model->graph->weight + l->first_weight;
    for (uint32_t i = 0; i < l->weights; i++, fresh += x->active.units)
        for (size_t k = 0; w[i].count == x->active.units && k < x->units; k++)
            x->model->state.weight[w[i].at + x->unit[k]] = fresh[x->unit[k]];
}

int revive_put(struct revive *x, uint64_t seed, struct err *e)
{
    struct model *m = x->model;
    const struct layer *l = &m->graph->layer[m->graph->call[x->call].layer];
    real *weight = m->state.weight;
    const double norm = living_norm(x, weight + m->graph->weight[x->kernel].at);
    real *fresh = mem_block(l->weights * x->active.units, sizeof *fresh);
    const int failed = fresh ? draw_units(x, l, seed, fresh, e) : err_memory(e);
    if (!failed)
        put_units(x, l, fresh);
    mem_free(fresh);
    if (failed)
        return -1;
    for (size_t k = 0; k < x->units; k++) {
        put_column(x, k, norm, weight + m->graph->weight[x->kernel].at);
        for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
            if (m->graph->weight[w].count % x->active.units == 0)
                forget_unit(x, &m->graph->weight[w], x->unit[k]);
    }
    m->state.averaged = 0;
    m->state.trained = m->state.drawn;
    m->state.trained_reals = m->state.reals;
    return 0;
}

void revive_finish(struct revive *x)
{
    active_finish(&x->active);
    mem_free(x->loss);
    mem_free(x->unit);
    mem_free(x->from);
    mem_free(x->vector);
}
