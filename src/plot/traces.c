/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/traces.h"

#include "plot/request.h"
#include "plot/style.h"

/* The name of the call that is meant by its own name, or by that of a layer with one call; NULL:
 * *e. */
static const char *call_name(const struct view_request *r, const struct model *m, size_t i,
                             struct err *e)
{
    const struct graph *g = m->graph;
    if (graph_find_call(g, r->layer[i]) != NOTHING)
        return r->layer[i];
    const id layer = request_layer(r, m, r->layer[i], r->where[i], e);
    if (layer == NOTHING)
        return NULL;
    const id call = graph_only_call(g, layer);
    if (call != NOTHING)
        return g->call[call].name;
    err_at(e, r->where[i], "%s has no call or several", r->layer[i]);
    err_hint(e, "name one of its calls; summary lists them");
    return NULL;
}

/* The i-th trace that is asked for of one model: *trace NULL behind the last. */
static int nth_trace(const struct view_request *r, const struct model *m, enum trace_kind kind,
                     size_t i, const struct trace **trace, struct err *e)
{
    const struct history *h = &m->history;
    *trace = NULL;
    if (r->layers) {
        const char *name = i < r->layers ? call_name(r, m, i, e) : NULL;
        if (!name)
            return i < r->layers ? -1 : 0;
        *trace = history_find_trace(h, kind, name);
        if (*trace && (*trace)->count)
            return 0;
        err_at(e, r->where[i], "there is nothing to draw of %s yet", name);
        return err_hint(e, "train for an epoch, or watch it while the model trains; inputs, "
                           "flatten and reshape have no output of their own");
    }
    for (size_t k = 0; k < h->traces; k++)
        if (h->trace[k].kind == kind && h->trace[k].count &&
            graph_find_call(m->graph, h->trace[k].name) != NOTHING && i-- == 0) {
            *trace = &h->trace[k];
            return 0;
        }
    return 0;
}

static int find_all(const struct view_request *r, enum trace_kind kind, size_t cols,
                    struct traces_of *to, struct err *e)
{
    for (size_t m = 0; m < r->models; m++)
        for (size_t i = 0; i < cols; i++) {
            const struct trace *t;
            if (nth_trace(r, r->model[m], kind, i, &t, e))
                return -1;
            if (!t)
                break;
            to->at[m * cols + i].model = r->model[m];
            to->at[m * cols + i].trace = t;
        }
    return 0;
}

int traces_find(const struct view_request *r, const char *view, enum trace_kind kind, size_t most,
                struct traces_of *to, struct err *e)
{
    size_t widest = 0;
    *to = (struct traces_of){0};
    if (request_filled(r, e))
        return -1;
    for (size_t m = 0; m < r->models; m++) {
        const struct trace *t;
        size_t n = 0;
        while (!nth_trace(r, r->model[m], kind, n, &t, e) && t)
            n++;
        if (t || (r->layers && n < r->layers))
            return -1;
        widest = n > widest ? n : widest;
    }
    if (!widest)
        return request_nothing(r, e);
    if (request_room(r, view, "layer", "LAYER", r->models * widest, most, e) ||
        find_all(r, kind, widest, to, e))
        return -1;
    to->rows = r->models;
    to->cols = widest;
    if (to->rows == 1 || to->cols == 1) {
        const size_t n = to->rows * to->cols;
        for (to->cols = 1; to->cols * to->cols < n; to->cols++)
            continue;
        to->rows = (n + to->cols - 1) / to->cols;
    }
    return 0;
}

size_t traces_rows(const struct trace *t, size_t most, size_t *row)
{
    const size_t n = t->count < most ? t->count : most;
    for (size_t i = 0; i < n; i++)
        row[i] = n > 1 ? i * (t->count - 1) / (n - 1) : t->count - 1;
    return n;
}

uint64_t traces_event(const struct model *m)
{
    const struct history *h = &m->history;
    return h->events ? h->event[h->events - 1].step : 0;
}

void traces_panels(struct figure *f, const struct view_request *r, const char *view,
                   const struct traces_of *k,
                   void (*add_panel)(struct figure *f, const struct view_request *r,
                                     const struct traces_of *k, size_t number))
{
    const size_t places = k->rows * k->cols;
    if (places > 1)
        style_panels(&f->program, r, view, k->rows, k->cols);
    for (size_t i = 0; i < places; i++)
        if (k->at[i].model)
            add_panel(f, r, k, i);
        else
            str_add(&f->program, "set multiplot next\n");
    if (places > 1)
        style_panels_end(&f->program);
}
