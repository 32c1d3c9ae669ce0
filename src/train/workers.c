/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/workers.h"

#include "base/pool.h"
#include "num/flush.h"
#include "train/engine.h"
#include "train/feed.h"

#include <string.h>

/* Floating-point operations of a step below which a second thread costs more than it brings. */
static const double worth = 5e6;

static unsigned allowed = 1;
static bool refused;

struct workers {
    struct pool *pool;
    unsigned count;
    struct frame **frame; /* the first is the model's own */
    real **grad;          /* likewise: the model's next_grad */
    double *squares;      /* of each worker's slice of the whole gradient */

    /* What they are to do now. */
    struct model *model;
    const struct dataset *data;
    const uint32_t *order;
    size_t first, n;
    const real *g;
    void (*update)(struct model *m, const real *g, size_t part, size_t parts);
};

void workers_allow(unsigned threads)
{
    allowed = threads ? threads : 1;
}

static int make_parts(struct workers *w, const struct model *m)
{
    w->frame = mem_new(w->count, sizeof(struct frame *));
    w->grad = mem_new(w->count, sizeof *w->grad);
    w->squares = mem_new(w->count, sizeof *w->squares);
    if (!w->frame || !w->grad || !w->squares)
        return -1;
    w->frame[0] = m->train_frame;
    for (unsigned i = 1; i < w->count; i++) {
        if (!(w->frame[i] = frame_create(m->train)) ||
            !(w->grad[i] = mem_block(m->graph->weight_reals, sizeof **w->grad)))
            return -1;
    }
    return 0;
}

bool workers_refused(void)
{
    const bool now = refused;
    refused = false;
    return now;
}

int workers_create(struct model *m, struct workers **to)
{
    *to = NULL;
    if (allowed < 2 || m->train->couples_samples ||
        m->train->flops * (double)m->train->capacity < worth)
        return 0;
    struct workers *w = mem_new(1, sizeof *w);
    if (!w)
        return -1;
    w->count = allowed;
    w->model = m;
    if (make_parts(w, m)) {
        workers_destroy(w);
        return -1;
    }
    if ((w->pool = pool_create(w->count))) {
        *to = w;
        return 0;
    }
    /* A system that gives no threads leaves all models on one, also later: the same number of
     * threads is the same bits. */
    workers_destroy(w);
    allowed = 1;
    refused = true;
    return 0;
}

void workers_destroy(struct workers *w)
{
    if (!w)
        return;
    pool_destroy(w->pool);
    for (unsigned i = 1; i < w->count && w->frame; i++)
        frame_destroy(w->frame[i]);
    for (unsigned i = 1; i < w->count && w->grad; i++)
        mem_free(w->grad[i]);
    mem_free(w->frame);
    mem_free(w->grad);
    mem_free(w->squares);
    mem_free(w);
}

void workers_place(struct workers *w, const struct model *m)
{
    w->grad[0] = m->next_grad;
    for (unsigned i = 1; i < w->count; i++) {
        frame_weights(w->frame[i], m->weight, w->grad[i]);
        w->frame[i]->stop = m->stop;
    }
}

bool workers_take(const struct workers *w, size_t n)
{
    return w && n >= 4 * (size_t)w->count;
}

static size_t cut(size_t n, unsigned i, unsigned count)
{
    return n * i / count;
}

static void run_part(void *self, unsigned i)
{
    struct workers *w = self;
    struct frame *f = w->frame[i];
    const unsigned before = flush_begin();
    const size_t from = cut(w->n, i, w->count), to = cut(w->n, i + 1, w->count);
    feed_part(w->model, f, w->data, w->order, w->first + from, to - from, from);
    frame_part(f, to - from, from, w->n);
    f->seed = w->model->order_seed;
    f->step = w->model->step;
    frame_forward(f);
    frame_backward(f);
    flush_end(before);
}

/* The i-th worker's slice of a range, in whole cache lines. */
static void slice(const struct range *r, unsigned i, unsigned count, size_t *from, size_t *to)
{
    enum { LINE = 16 };
    *from = i ? cut(r->count, i, count) / LINE * LINE : 0;
    *to = i + 1 < count ? cut(r->count, i + 1, count) / LINE * LINE : r->count;
}

static void add_gradients(void *self, unsigned i)
{
    struct workers *w = self;
    const unsigned before = flush_begin();
    w->squares[i] = 0;
    for (size_t k = 0; k < w->model->ranges; k++) {
        const struct range *r = &w->model->range[k];
        size_t from, to;
        slice(r, i, w->count, &from, &to);
        real *sum = w->grad[0] + r->at + from;
        for (unsigned other = 1; other < w->count; other++)
            kernels()->axpy(to - from, 1, w->grad[other] + r->at + from, sum);
        w->squares[i] += kernels()->squares(to - from, sum);
    }
    flush_end(before);
}

static void add_figures(const struct workers *w, struct figures *x)
{
    const struct plan *p = w->model->train;
    *x = (struct figures){0};
    memset(w->model->row, 0, p->applieds * sizeof *w->model->row);
    for (unsigned i = 0; i < w->count; i++) {
        const struct frame *f = w->frame[i];
        const double share = (double)f->samples / (double)w->n;
        x->data += share * frame_data(f);
        for (size_t h = 0; h < p->heads; h++)
            x->head[h] += share * frame_head(f, h);
        for (size_t r = 0; r < p->applieds; r++)
            w->model->row[r] += frame_row(f, r);
    }
    for (size_t r = 0; r < p->applieds; r++)
        x->penalty += w->model->row[r];
}

double workers_step(struct model *m, const struct dataset *d, const uint32_t *order, size_t first,
                    size_t n, struct figures *x)
{
    struct workers *w = m->workers;
    double squares = 0;
    w->data = d;
    w->order = order;
    w->first = first;
    w->n = n;
    pool_run(w->pool, run_part, w);
    add_figures(w, x);
    pool_run(w->pool, add_gradients, w);
    for (unsigned i = 0; i < w->count; i++)
        squares += w->squares[i];
    return sqrt(squares);
}

static void run_update(void *self, unsigned i)
{
    const struct workers *w = self;
    const unsigned before = flush_begin();
    w->update(w->model, w->g, i, w->count);
    flush_end(before);
}

void workers_update(struct model *m, const real *g,
                    void (*update)(struct model *m, const real *g, size_t part, size_t parts))
{
    m->workers->g = g;
    m->workers->update = update;
    pool_run(m->workers->pool, run_update, m->workers);
}

size_t workers_frames(const struct workers *w)
{
    return w->count;
}

const struct frame *workers_frame(const struct workers *w, size_t i)
{
    return w->frame[i];
}
