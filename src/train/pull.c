/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/pull.h"

#include <math.h>
#include <string.h>

static bool layer_trains(const struct graph *g, id layer)
{
    const struct layer *l = &g->layer[layer];
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
        if (graph_trains(g, w))
            return true;
    return false;
}

/* The norms of the gradient that stands in probe_grad. */
static void measure_layers(const struct pull *p, double *norm)
{
    const struct trainer *t = p->ledger.pass.trainer;
    const struct graph *g = t->model->graph;
    for (size_t i = 0; i < p->layers; i++) {
        const struct layer *l = &g->layer[p->layer[i]];
        double sum = 0;
        for (id w = l->first_weight; w < l->first_weight + l->weights; w++) {
            const real *d = t->probe_grad + g->weight[w].at;
            for (size_t k = 0; graph_trains(g, w) && k < g->weight[w].count; k++)
                sum += (double)d[k] * (double)d[k];
        }
        norm[i] = sqrt(sum);
    }
}

/* The gradient of the data loss alone, into probe_grad. */
static void run_data(const struct trainer *t)
{
    struct frame *f = t->infer_frame;
    memset(t->probe_grad, 0, t->model->graph->weight_reals * sizeof *t->probe_grad);
    for (size_t i = 0; i < f->plan->applieds; i++)
        f->mask[i] = 0;
    frame_samples(f, f->samples);
    frame_backward(f);
    for (size_t i = 0; i < f->plan->applieds; i++)
        f->mask[i] = 1;
    frame_samples(f, f->samples);
}

static int make_room(struct pull *p)
{
    const struct graph *g = p->ledger.model->graph;
    p->layer = mem_new(g->layers, sizeof *p->layer);
    for (id l = 0; p->layer && l < g->layers; l++)
        if (layer_trains(g, l))
            p->layer[p->layers++] = l;
    p->norm = mem_new((1 + p->ledger.rows) * p->layers, sizeof *p->norm);
    return p->layer && p->norm ? 0 : -1;
}

int pull_make(struct pull *p, struct model *m, const struct dataset *d, uint64_t seed,
              struct err *e)
{
    *p = (struct pull){0};
    if (ledger_begin(&p->ledger, m, d, seed, SHARE_BATCH, true, e))
        return -1;
    if (make_room(p))
        return err_memory(e);
    ledger_next(&p->ledger);
    if (stop_check(m->stop, e))
        return -1;
    run_data(p->ledger.pass.trainer);
    measure_layers(p, p->norm);
    for (size_t r = 0; r < p->ledger.rows; r++) {
        row_gradients_one(p->ledger.grad, r);
        measure_layers(p, p->norm + (1 + r) * p->layers);
    }
    return stop_check(m->stop, e);
}

void pull_finish(struct pull *p)
{
    ledger_finish(&p->ledger);
    mem_free(p->layer);
    mem_free(p->norm);
}
