/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/observe.h"

#include "nn/layer.h"
#include "train/workers.h"

#include <stdio.h>

/* The four figures of a call's output, in the order of their kinds. */
enum { FIGURES = 4, LARGEST = 1 };
#define FIRST_FIGURE SERIES_MEAN

struct observer {
    double *row_sum;   /* for each row of the plan: over the samples of the epoch */
    uint64_t row_seen; /* how many samples those are */
    uint64_t row_epoch;
    bool *watched;   /* for each call: it makes values of its own */
    size_t *of_call; /* the numbers of its four series in the history */
    size_t *of_term;
    size_t of_data, of_validation, of_validation_total;
};

void observer_destroy(struct observer *o)
{
    if (!o)
        return;
    mem_free(o->row_sum);
    mem_free(o->watched);
    mem_free(o->of_call);
    mem_free(o->of_term);
    mem_free(o);
}

/* Numbers that are looked up when the first point is put. */
static void forget_series(size_t *series, size_t n)
{
    for (size_t i = 0; i < n; i++)
        series[i] = SIZE_MAX;
}

static struct observer *observer_create(const struct model *m)
{
    const struct graph *g = m->graph;
    struct observer *o = mem_new(1, sizeof *o);
    if (!o)
        return NULL;
    o->row_sum = mem_new(m->train->applieds, sizeof *o->row_sum);
    o->watched = mem_new(g->calls, sizeof *o->watched);
    o->of_call = mem_new(g->calls * FIGURES, sizeof *o->of_call);
    o->of_term = mem_new(g->terms, sizeof *o->of_term);
    if (!o->row_sum || !o->watched || !o->of_call || !o->of_term) {
        observer_destroy(o);
        return NULL;
    }
    for (size_t i = 0; i < g->calls; i++) {
        const struct layer_kind *kind = g->layer[g->call[i].layer].kind;
        o->watched[i] = !kind->source && !kind->view;
    }
    forget_series(o->of_call, g->calls * FIGURES);
    forget_series(o->of_term, g->terms);
    o->of_data = o->of_validation = o->of_validation_total = SIZE_MAX;
    return o;
}

static struct observer *observer_of(struct model *m, struct err *e)
{
    if (!m->observer && !(m->observer = observer_create(m)))
        err_memory(e);
    return m->observer;
}

int observe_step(struct model *m, struct err *e)
{
    struct observer *o = observer_of(m, e);
    const struct frame *f = m->train_frame;
    if (!o)
        return -1;
    /* The step has been counted already: position 0 is the end of the epoch before. */
    const uint64_t epoch = m->position ? m->epoch : m->epoch - 1;
    if (o->row_epoch != epoch || !o->row_seen) {
        o->row_epoch = epoch;
        o->row_seen = 0;
        for (size_t i = 0; i < f->plan->applieds; i++)
            o->row_sum[i] = 0;
    }
    o->row_seen += m->last_samples;
    for (size_t i = 0; i < f->plan->applieds; i++)
        o->row_sum[i] += (double)m->last_samples * m->row[i];
    return 0;
}

/* Puts a point into the series whose number is kept in *series. */
static int put(struct model *m, size_t *series, enum series_kind kind, const char *name,
               double value, struct err *e)
{
    if (*series == SIZE_MAX)
        *series = history_series(&m->history, kind, name);
    if (*series == SIZE_MAX || history_add(&m->history, *series, m->step, value))
        return err_memory(e);
    return 0;
}

/* `code.activity l1(0.001)` */
static int name_term(const struct model *m, id t, struct str *name, struct err *e)
{
    const struct term *term = &m->graph->term[t];
    str_addf(name, "%s.%s ", m->graph->layer[term->layer].name, term->slot);
    args_print(name, term->args);
    return name->failed ? err_memory(e) : 0;
}

static int put_term(struct model *m, id t, double value, struct err *e)
{
    size_t *series = &m->observer->of_term[t];
    struct str name = {0};
    int failed = *series == SIZE_MAX ? name_term(m, t, &name, e) : 0;
    if (!failed)
        failed = put(m, series, SERIES_PENALTY, name.text, value, e);
    str_finish(&name);
    return failed;
}

/* A term's figure is the sum over its calls. */
static int put_terms(struct model *m, bool epoch, struct err *e)
{
    const struct frame *f = m->train_frame;
    const struct observer *o = m->observer;
    for (id t = 0; t < m->graph->terms; t++) {
        double value = 0;
        for (size_t i = 0; i < f->plan->applieds; i++)
            if (f->plan->applied[i].term == t)
                value += epoch ? o->row_sum[i] / (double)o->row_seen : m->row[i];
        if (put_term(m, t, value, e))
            return -1;
    }
    return 0;
}

/* Mean and largest |a|, share of exact zeros and of |a| <= 0.1. */
static void figures_of(const real *a, size_t n, double figure[FIGURES])
{
    double sum = 0;
    real most = 0;
    size_t zeros = 0, small = 0;
    for (size_t i = 0; i < n; i++) {
        const real x = real_abs(a[i]);
        sum += (double)x;
        most = x > most ? x : most;
        zeros += x == 0;
        small += x <= R(0.1);
    }
    figure[0] = sum / (double)n;
    figure[LARGEST] = (double)most;
    figure[2] = (double)zeros / (double)n;
    figure[3] = (double)small / (double)n;
}

/* Of a value in the last step, whose samples may stand in several frames. */
static void figures_of_value(const struct model *m, id y, double figure[FIGURES])
{
    const size_t frames = m->split ? workers_frames(m->workers) : 1;
    for (size_t i = 0; i < FIGURES; i++)
        figure[i] = 0;
    for (size_t k = 0; k < frames; k++) {
        const struct frame *f = m->split ? workers_frame(m->workers, k) : m->train_frame;
        const double share = (double)f->samples / (double)m->last_samples;
        double part[FIGURES];
        figures_of(frame_value(f, y), f->samples * shape_count(&m->graph->value[y].shape), part);
        for (size_t i = 0; i < FIGURES; i++)
            figure[i] = i == LARGEST ? fmax(figure[i], part[i]) : figure[i] + share * part[i];
    }
}

static int put_calls(struct model *m, struct err *e)
{
    for (id c = 0; c < m->graph->calls; c++) {
        if (!m->observer->watched[c])
            continue;
        const id y = m->graph->call[c].output;
        double figure[FIGURES];
        figures_of_value(m, y, figure);
        for (int i = 0; i < FIGURES; i++)
            if (put(m, &m->observer->of_call[c * FIGURES + (size_t)i],
                    (enum series_kind)(FIRST_FIGURE + i), m->graph->call[c].name, figure[i], e))
                return -1;
    }
    return 0;
}

int observe_batch(struct model *m, struct err *e)
{
    if (put(m, &m->observer->of_data, SERIES_DATA, "data", m->last_data, e) ||
        put_terms(m, false, e))
        return -1;
    return put_calls(m, e);
}

int validation_begin(struct validation *v, struct model *m, const struct dataset *d, uint64_t seed,
                     struct err *e)
{
    *v = (struct validation){0};
    return probe_begin(&v->probe, m, d, seed, SHARE_VALIDATION, true, e);
}

bool validation_next(struct validation *v)
{
    const struct model *m = v->probe.model;
    const bool alone = m->policy && m->policy->evaluates_without;
    if (!probe_next(&v->probe))
        return false;
    double batch = frame_data(m->infer_frame);
    v->data += (double)v->probe.samples * batch;
    for (size_t i = 0; !alone && i < m->infer->applieds; i++)
        batch += frame_row(m->infer_frame, i);
    v->total += (double)v->probe.samples * batch;
    return true;
}

bool observe_has_point(const struct model *m)
{
    enum { DENSE = 1024 };
    uint64_t stride = 1;
    while (m->epoch >= DENSE * stride)
        stride *= 2;
    return m->epoch % stride == 0;
}

int observe_validation(struct model *m, const struct validation *v, struct err *e)
{
    const struct dataset *d = v->probe.data;
    const double samples = (double)(d->samples - d->training);
    if (put(m, &m->observer->of_validation, SERIES_VALIDATION, "validation", v->data / samples, e))
        return -1;
    return put(m, &m->observer->of_validation_total, SERIES_VALIDATION_TOTAL, "validation total",
               v->total / samples, e);
}

int observe_epoch(struct model *m, struct err *e)
{
    if (put(m, &m->observer->of_data, SERIES_DATA, "data", engine_epoch(m).data, e) ||
        put_terms(m, true, e))
        return -1;
    return put_calls(m, e);
}
