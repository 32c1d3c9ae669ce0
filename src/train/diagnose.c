/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/diagnose.h"

#include "nn/joint_term.h"

#include <stdio.h>

static const struct span nowhere;

enum { WHAT_ROOM = 300 };

static bool all_finite(const real *x, size_t n)
{
    return isfinite(kernels()->sum(n, x));
}

/* The weights whose gradient is not finite, or, where only their squares are not, is largest. */
static id bad_gradient(const struct suspect *s)
{
    const struct graph *g = s->model->graph;
    id largest = NOTHING;
    double most = -1;
    for (id w = 0; w < g->weights; w++) {
        const real *d = s->grad + g->weight[w].at;
        if (!graph_trains(g, w))
            continue;
        if (!all_finite(d, g->weight[w].count))
            return w;
        const double squares = kernels()->squares(g->weight[w].count, d);
        largest = squares > most ? w : largest;
        most = fmax(most, squares);
    }
    return largest;
}

/* Whether the gradient of a weight is finite when of the penalties only the rows [from, to) send
 * theirs, and the data sends its own if it says so. */
static bool sends_finite(const struct suspect *s, id weight, size_t from, size_t to, bool data)
{
    struct frame *f = s->frame;
    const struct weight *w = &s->model->graph->weight[weight];
    for (size_t i = 0; i < f->plan->applieds; i++)
        f->mask[i] = i >= from && i < to;
    f->head_mask = data;
    frame_samples(f, f->samples);
    frame_backward(f);
    return all_finite(s->grad + w->at, w->count);
}

/* The row whose gradient is not finite, searched for by halves; the count of rows if the data's is,
 * or none by itself. */
static size_t bad_sender(const struct suspect *s, id weight)
{
    struct frame *f = s->frame;
    const size_t rows = f->plan->applieds;
    size_t from = 0, to = rows;
    const bool data =
        !sends_finite(s, weight, 0, 0, true) || sends_finite(s, weight, 0, rows, false);
    while (!data && to - from > 1) {
        const size_t middle = from + (to - from) / 2;
        *(sends_finite(s, weight, from, middle, false) ? &from : &to) = middle;
    }
    const bool found = !data && from < to && !sends_finite(s, weight, from, to, false);
    for (size_t i = 0; i < rows; i++)
        f->mask[i] = 1;
    f->head_mask = 1;
    frame_samples(f, f->samples);
    return found ? from : rows;
}

/* "the gradient of h.kernel, from the penalty h.kernel (own)"; *penalty is its name, or NULL. */
static void explain_gradient(const struct suspect *s, char what[WHAT_ROOM], const char **penalty)
{
    const struct graph *g = s->model->graph;
    const id w = bad_gradient(s);
    if (w == NOTHING)
        return;
    const int n = snprintf(what, WHAT_ROOM, "the gradient of %.130s", g->weight[w].path);
    const struct plan *p = s->frame->plan;
    const size_t row = bad_sender(s, w);
    if (row == p->applieds)
        return;
    const struct term *t = &g->term[p->applied[row].term];
    char name[TERM_NAME_ROOM];
    *penalty = t->args->entry->name;
    snprintf(what + n, (size_t)(WHAT_ROOM - n), ", from the penalty %.90s (%.40s),",
             term_name(g, t, name, sizeof name), *penalty);
}

/* The first value in the order of work that is not finite, else the data loss; false if they all
 * are. */
static bool explain_value(const struct suspect *s, const struct figures *x, char what[WHAT_ROOM])
{
    const struct frame *f = s->frame;
    bool found = false;
    for (id c = (id)s->model->graph->calls; c-- > 0;) {
        const id y = s->model->graph->call[c].output;
        if (all_finite(frame_value(f, y),
                       f->samples * shape_count(&s->model->graph->value[y].shape)))
            continue;
        snprintf(what, WHAT_ROOM, "%.150s.output", s->model->graph->call[c].name);
        found = true;
    }
    if (!found && !isfinite(x->data))
        snprintf(what, WHAT_ROOM, "the data loss");
    return found || !isfinite(x->data);
}

/* The first penalty that is not finite; *penalty is its name if its formula is what fails, and
 * *domain what it is for. */
static bool explain_penalty(const struct suspect *s, char what[WHAT_ROOM], const char **penalty,
                            const char **domain)
{
    const struct frame *f = s->frame;
    bool found = false;
    for (size_t i = f->plan->applieds; i-- > 0;) {
        const struct term *t = &s->model->graph->term[f->plan->applied[i].term];
        if (isfinite(frame_row(f, i)))
            continue;
        const bool formula = isnan(frame_row(f, i)) || !penalty_kind_of(t->args)->powers;
        *penalty = formula ? t->args->entry->name : NULL;
        *domain = penalty_kind_of(t->args)->domain;
        char name[TERM_NAME_ROOM];
        snprintf(what, WHAT_ROOM, "the penalty %.90s (%.60s)",
                 term_name(s->model->graph, t, name, sizeof name), t->args->entry->name);
        found = true;
    }
    return found;
}

int diagnose_step(const struct suspect *s, const struct figures *x, struct err *e)
{
    char what[WHAT_ROOM] = "the weights";
    const char *value = NULL, *slope = NULL; /* the penalty, if it is its formula that fails */
    const char *domain = NULL;
    const bool told = explain_value(s, x, what) || explain_penalty(s, what, &value, &domain);
    const id moving = frame_bad_average(s->frame);
    if (!told && moving != NOTHING)
        snprintf(what, sizeof what, "%.150s", s->model->graph->weight[moving].path);
    else if (!told && !isfinite(ranges_squares(s->range, s->ranges, s->grad)))
        explain_gradient(s, what, &slope);
    err_at(e, nowhere, "step %llu would make %s infinite or not a number",
           (unsigned long long)s->model->state.step + 1, what);
    if (domain && value)
        return err_hint(e, "the step was not taken; %s is for %s", value, domain);
    if (value || slope)
        return err_hint(e,
                        "the step was not taken; the formula has no finite %s for these "
                        "numbers, as %s has none: help %.60s shows it",
                        value ? "value" : "slope", value ? "0/0" : "log(x) at 0",
                        value ? value : slope);
    return err_hint(e, "the step was not taken; lower the learning rate or the penalty's strength, "
                       "or scale the data");
}
