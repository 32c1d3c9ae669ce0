/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/workers.h"

#include "base/pool.h"
#include "num/flush.h"
#include <string.h>

/* Floating-point operations of a step below which a second thread costs more than it brings. */
static const double worth = 5e6;

static unsigned allowed = 1;
static bool refused;

struct workers {
    struct pool *pool;
    bool twin; /* the pool is borrowed */
    unsigned count;
    struct frame **frame; /* the first is borrowed */
    real **grad;          /* likewise */
    double *squares;      /* of each worker's slice of the whole gradient */

    /* What they are to do now. */
    const struct batch_pass *pass;
    const struct range *range;
    size_t ranges;
    void (*update)(void *self, size_t part, size_t parts);
    void *self;
};

void workers_allow(unsigned threads)
{
    allowed = threads ? threads : 1;
}

unsigned workers_allowed(void)
{
    return allowed;
}

static int make_parts(struct workers *w, const struct plan *p, struct frame *frame, size_t reals)
{
    w->frame = mem_new(w->count, sizeof(struct frame *));
    w->grad = mem_new(w->count, sizeof *w->grad);
    w->squares = mem_new(w->count, sizeof *w->squares);
    if (!w->frame || !w->grad || !w->squares)
        return -1;
    w->frame[0] = frame;
    for (unsigned i = 1; i < w->count; i++) {
        if (!(w->frame[i] = frame_create(p)) || !(w->grad[i] = mem_block(reals, sizeof **w->grad)))
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

int workers_create(const struct plan *p, struct frame *frame, size_t reals, struct workers **to)
{
    *to = NULL;
    if (allowed < 2 || p->couples_samples || p->flops * (double)p->capacity < worth)
        return 0;
    struct workers *w = mem_new(1, sizeof *w);
    if (!w)
        return -1;
    w->count = allowed;
    if (make_parts(w, p, frame, reals)) {
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

int workers_twin(const struct workers *w, struct frame *frame, size_t reals, struct workers **to)
{
    struct workers *twin = mem_new(1, sizeof *twin);
    if (!twin)
        return -1;
    *twin = (struct workers){.pool = w->pool, .twin = true, .count = w->count};
    if (!make_parts(twin, frame->plan, frame, reals)) {
        *to = twin;
        return 0;
    }
    workers_destroy(twin);
    return -1;
}

void workers_destroy(struct workers *w)
{
    if (!w)
        return;
    if (!w->twin)
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

void workers_place(struct workers *w, const real *weight, real *grad, const struct stop *stop)
{
    w->grad[0] = grad;
    for (unsigned i = 1; i < w->count; i++) {
        frame_weights(w->frame[i], weight, w->grad[i]);
        w->frame[i]->stop = stop;
    }
}

bool workers_take(const struct workers *w, size_t n)
{
    return w && n >= 4 * (size_t)w->count;
}

static size_t cut_at(size_t n, unsigned i, unsigned count)
{
    return n * i / count;
}

static void run_part(void *self, unsigned i)
{
    struct workers *w = self;
    const unsigned before = flush_begin();
    const size_t n = w->pass->samples;
    batch_pass_run(w->pass, w->frame[i], cut_at(n, i, w->count), cut_at(n, i + 1, w->count));
    flush_end(before);
}

static void add_gradients(void *self, unsigned i)
{
    struct workers *w = self;
    const unsigned before = flush_begin();
    w->squares[i] = 0;
    for (size_t k = 0; k < w->ranges; k++) {
        const struct range *r = &w->range[k];
        size_t from, to;
        range_slice(r, i, w->count, &from, &to);
        real *sum = w->grad[0] + r->at + from;
        for (unsigned other = 1; other < w->count; other++)
            kernels()->axpy(to - from, 1, w->grad[other] + r->at + from, sum);
        w->squares[i] += kernels()->squares(to - from, sum);
    }
    flush_end(before);
}

static void add_figures(const struct workers *w, double *row, struct figures *x)
{
    const struct plan *p = w->frame[0]->plan;
    *x = (struct figures){0};
    memset(row, 0, p->applieds * sizeof *row);
    for (unsigned i = 0; i < w->count; i++) {
        const struct frame *f = w->frame[i];
        const double share = (double)f->samples / (double)w->pass->samples;
        x->data += share * frame_data(f);
        for (size_t h = 0; h < p->heads; h++)
            x->head[h] += share * frame_head(f, h);
        for (size_t r = 0; r < p->applieds; r++)
            row[r] += frame_row(f, r);
    }
    for (size_t r = 0; r < p->applieds; r++)
        x->penalty += row[r];
}

double workers_step(struct workers *w, const struct batch_pass *p, const struct range *range,
                    size_t ranges, double *row, struct figures *x)
{
    double squares = 0;
    w->pass = p;
    w->range = range;
    w->ranges = ranges;
    pool_run(w->pool, run_part, w);
    add_figures(w, row, x);
    pool_run(w->pool, add_gradients, w);
    for (unsigned i = 0; i < w->count; i++)
        squares += w->squares[i];
    return sqrt(squares);
}

static void run_update(void *self, unsigned i)
{
    const struct workers *w = self;
    const unsigned before = flush_begin();
    w->update(w->self, i, w->count);
    flush_end(before);
}

void workers_update(struct workers *w, void (*update)(void *self, size_t part, size_t parts),
                    void *self)
{
    w->update = update;
    w->self = self;
    pool_run(w->pool, run_update, w);
}

size_t workers_frames(const struct workers *w)
{
    return w->count;
}

struct frame *const *workers_frame(const struct workers *w)
{
    return w->frame;
}
