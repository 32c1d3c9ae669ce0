/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/metrics.h"

#include "nn/joint_term.h"
#include "nn/layer.h"
#include "train/seen.h"

/* The four figures of a call's output, in the order of their kinds. */
enum { FIGURES = 4, LARGEST = 1 };
#define FIRST_FIGURE SERIES_MEAN

struct metrics {
    const struct plan *plan; /* borrowed */
    bool *watched;           /* for each call: it makes values of its own */
    size_t *of_call;         /* the numbers of its four series in the history */
    size_t *of_units;        /* and of its dead units */
    size_t *of_term;
    double *sum_of_term; /* while they are put */
    uint64_t *put_in;    /* for each series: the round in which a term was put last */
    size_t put_room;
    uint64_t round;
    size_t of_data, of_validation, of_validation_total;
};

void metrics_destroy(struct metrics *x)
{
    if (!x)
        return;
    mem_free(x->watched);
    mem_free(x->of_call);
    mem_free(x->of_units);
    mem_free(x->of_term);
    mem_free(x->sum_of_term);
    mem_free(x->put_in);
    mem_free(x);
}

/* Numbers that are looked up when the first point is put. */
static void forget_series(size_t *series, size_t n)
{
    for (size_t i = 0; i < n; i++)
        series[i] = SIZE_MAX;
}

struct metrics *metrics_create(const struct graph *g, const struct plan *p)
{
    struct metrics *x = mem_new(1, sizeof *x);
    if (!x)
        return NULL;
    x->plan = p;
    x->watched = mem_new(g->calls, sizeof *x->watched);
    x->of_call = mem_new(g->calls * FIGURES, sizeof *x->of_call);
    x->of_units = mem_new(g->calls, sizeof *x->of_units);
    x->of_term = mem_new(g->terms, sizeof *x->of_term);
    x->sum_of_term = mem_new(g->terms, sizeof *x->sum_of_term);
    if (!x->watched || !x->of_call || !x->of_units || !x->of_term || !x->sum_of_term) {
        metrics_destroy(x);
        return NULL;
    }
    for (size_t i = 0; i < g->calls; i++) {
        const struct layer_kind *kind = g->layer[g->call[i].layer].kind;
        x->watched[i] = !kind->source && !kind->view;
    }
    forget_series(x->of_call, g->calls * FIGURES);
    forget_series(x->of_units, g->calls);
    forget_series(x->of_term, g->terms);
    x->of_data = x->of_validation = x->of_validation_total = SIZE_MAX;
    return x;
}

void metrics_restart(struct metrics *x, const struct graph *g)
{
    forget_series(x->of_term, g->terms);
}

/* Where a figure goes: a model's history, as a point or as a start. */
struct goal {
    struct model *model;
    bool start;
};

/* Puts a figure into the series whose number is kept in *series. */
static int put_point(struct goal to, size_t *series, enum series_kind kind, const char *name,
                     double value, struct err *e)
{
    struct history *h = &to.model->history;
    if (*series == SIZE_MAX)
        *series = history_series(h, kind, name);
    if (*series == SIZE_MAX || (!to.start && history_add(h, *series, to.model->state.step, value)))
        return err_memory(e);
    if (to.start)
        history_start(h, *series, value);
    return 0;
}

/* `code.activity l1(0.001)`; under a rule, where the number is another one at each step and the
 * curve one, `code.activity l1(rule)`. */
static int name_term(const struct model *m, id t, struct str *name, struct err *e)
{
    const struct term *term = &m->graph->term[t];
    char text[TERM_NAME_ROOM];
    str_addf(name, "%s ", term_name(m->graph, term, text, sizeof text));
    const char *thing = term_is_joint(term) ? text : m->graph->layer[term->layer].name;
    if (rules_find(&m->rules, thing, term->slot) < m->rules.count)
        str_addf(name, "%s(rule)", term->args->entry->name);
    else
        args_print(name, model_term(m, t));
    return name->failed ? err_memory(e) : 0;
}

/* Room to note of each series when a term was put into it; what is new was put in no round. */
static int make_put_room(struct metrics *x, size_t count)
{
    const size_t before = x->put_room;
    if (mem_room(&x->put_in, &x->put_room, count, sizeof *x->put_in))
        return -1;
    for (size_t i = before; i < x->put_room; i++)
        x->put_in[i] = 0;
    return 0;
}

/* Terms that read alike share a series, which has their sum. */
static int put_term(struct metrics *x, struct goal to, id t, double value, struct err *e)
{
    struct history *h = &to.model->history;
    size_t *series = &x->of_term[t];
    struct str name = {0};
    int failed = *series == SIZE_MAX ? name_term(to.model, t, &name, e) : 0;
    if (!failed && *series == SIZE_MAX)
        *series = history_series(h, SERIES_PENALTY, name.text);
    str_finish(&name);
    if (failed || *series == SIZE_MAX || make_put_room(x, h->count))
        return failed ? -1 : err_memory(e);
    if (x->put_in[*series] == x->round) {
        struct series *s = &h->series[*series];
        *(to.start ? &s->start : &s->value[s->count - 1]) += value;
        return 0;
    }
    x->put_in[*series] = x->round;
    return put_point(to, series, SERIES_PENALTY, NULL, value, e);
}

/* The mean over the epoch. */
static double term_mean(const struct model *m, id t)
{
    return m->state.term_sum[m->graph->term[t].number] / (double)m->state.seen;
}

/* A term's figure is the sum over its calls of what row[] has; NULL: of their means. */
static int put_terms(struct metrics *x, struct goal to, const double *row, struct err *e)
{
    const size_t terms = to.model->graph->terms;
    x->round++;
    for (id t = 0; t < terms; t++)
        x->sum_of_term[t] = row ? 0 : term_mean(to.model, t);
    for (size_t i = 0; row && i < x->plan->applieds; i++)
        x->sum_of_term[x->plan->applied[i].term] += row[i];
    for (id t = 0; t < terms; t++)
        if (put_term(x, to, t, x->sum_of_term[t], e))
            return -1;
    return 0;
}

/* Adds to the sum of |a|, its largest, and how many are exact zeros and |a| <= 0.1. */
static void add_figures(const real *a, size_t n, double figure[FIGURES])
{
    double sum = 0;
    real most = 0;
    size_t zeros = 0, small = 0;
    for (size_t i = 0; i < n; i++) {
        const real x = real_abs(a[i]);
        sum += (double)x;
        most = x > most ? x : most;
        zeros += x == 0;
        small += x <= UNIT_SMALL;
    }
    figure[0] += sum;
    figure[LARGEST] = fmax(figure[LARGEST], (double)most);
    figure[2] += (double)zeros;
    figure[3] += (double)small;
}

/* How many numbers the last step has of a value, whose samples may stand in several frames. */
static size_t numbers_of(const struct last_batch *o, id y)
{
    size_t n = 0;
    for (size_t k = 0; k < o->frames; k++)
        n += seen_count(o->frame[k], y);
    return n;
}

/* Mean and largest |a|, share of exact zeros and of |a| <= 0.1; 0 where all steps are masked. */
static void figures_of_value(const struct last_batch *o, id y, double figure[FIGURES])
{
    const size_t n = numbers_of(o, y);
    for (size_t i = 0; i < FIGURES; i++)
        figure[i] = 0;
    for (size_t k = 0; k < o->frames; k++)
        for (struct seen s = seen_begin(o->frame[k], y); seen_next(&s);)
            add_figures(s.x, s.n, figure);
    for (size_t i = 0; i < FIGURES && n; i++)
        figure[i] /= i == LARGEST ? 1 : (double)n;
}

static int put_calls(struct metrics *x, struct goal to, const struct last_batch *o, struct err *e)
{
    const struct model *m = to.model;
    for (id c = 0; c < m->graph->calls; c++) {
        double figure[FIGURES];
        if (!x->watched[c])
            continue;
        figures_of_value(o, m->graph->call[c].output, figure);
        for (int i = 0; i < FIGURES; i++)
            if (put_point(to, &x->of_call[c * FIGURES + (size_t)i],
                          (enum series_kind)(FIRST_FIGURE + i), m->graph->call[c].name, figure[i],
                          e))
                return -1;
    }
    return 0;
}

/* Adds how often each of `units` fires to row[]. */
static void add_firing(const real *a, size_t rows, size_t units, float share, float *row)
{
    for (size_t i = 0; i < rows; i++, a += units)
        for (size_t u = 0; u < units; u++)
            row[u] += real_abs(a[u]) > UNIT_SMALL ? share : 0;
}

static int trace_firing(struct model *m, const struct last_batch *o, id call, struct err *e)
{
    const id y = m->graph->call[call].output;
    const size_t units = shape_last(&m->graph->value[y].shape), rows = numbers_of(o, y) / units;
    float *row;
    if (units > TRACE_UNITS_MOST)
        return 0;
    const size_t trace = history_trace(&m->history, TRACE_FIRING, m->graph->call[call].name, units);
    if (trace == SIZE_MAX || history_row(&m->history, trace, m->state.step, &row))
        return err_memory(e);
    for (size_t u = 0; row && u < units; u++)
        row[u] = 0;
    for (size_t k = 0; row && k < o->frames; k++)
        for (struct seen s = seen_begin(o->frame[k], y); seen_next(&s);)
            add_firing(s.x, s.n / units, units, 1 / (float)rows, row);
    return 0;
}

/* Not 0, not infinite, and not what is no number. */
static inline bool is_spread(real a)
{
    return real_abs(a) > 0 && real_abs(a) <= REAL_MOST;
}

/* Widens [row[TRACE_LOW], row[TRACE_HIGH]] by what is not 0 and finite. */
static void add_range(const real *a, size_t n, float *row)
{
    float low = row[TRACE_LOW], high = row[TRACE_HIGH];
    for (size_t i = 0; i < n; i++) {
        const float x = (float)a[i];
        low = is_spread(a[i]) && x < low ? x : low;
        high = is_spread(a[i]) && x > high ? x : high;
    }
    row[TRACE_LOW] = low;
    row[TRACE_HIGH] = high;
}

static void add_bins(const real *a, size_t n, float share, float *row)
{
    const float low = row[TRACE_LOW], width = row[TRACE_HIGH] - low;
    for (size_t i = 0; i < n; i++) {
        if (!is_spread(a[i])) {
            row[TRACE_ZEROS] += a[i] == 0 ? share : 0;
            continue;
        }
        const float at = width > 0 ? ((float)a[i] - low) / width * TRACE_BINS : 0;
        const size_t bin = at < TRACE_BINS ? (size_t)(uint32_t)at : TRACE_BINS - 1;
        row[TRACE_BINS_AT + bin] += share;
    }
}

static int trace_histogram(struct model *m, const struct last_batch *o, id call, struct err *e)
{
    const id y = m->graph->call[call].output;
    const float share = 1 / (float)numbers_of(o, y);
    float *row;
    const size_t trace = history_trace(&m->history, TRACE_HISTOGRAM, m->graph->call[call].name,
                                       TRACE_BINS_AT + TRACE_BINS);
    if (trace == SIZE_MAX || history_row(&m->history, trace, m->state.step, &row))
        return err_memory(e);
    if (!row)
        return 0;
    for (size_t i = 0; i < TRACE_BINS_AT + TRACE_BINS; i++)
        row[i] = 0;
    row[TRACE_LOW] = INFINITY;
    row[TRACE_HIGH] = -INFINITY;
    for (size_t k = 0; k < o->frames; k++)
        for (struct seen s = seen_begin(o->frame[k], y); seen_next(&s);)
            add_range(s.x, s.n, row);
    for (size_t k = 0; k < o->frames; k++)
        for (struct seen s = seen_begin(o->frame[k], y); seen_next(&s);)
            add_bins(s.x, s.n, share, row);
    if (row[TRACE_LOW] > row[TRACE_HIGH])
        row[TRACE_LOW] = row[TRACE_HIGH] = 0;
    return 0;
}

int metrics_traces(struct metrics *x, struct model *m, const struct last_batch *o, struct err *e)
{
    for (id c = 0; c < m->graph->calls; c++)
        if (x->watched[c] && (trace_firing(m, o, c, e) || trace_histogram(m, o, c, e)))
            return -1;
    return 0;
}

static int put_batch(struct metrics *x, struct goal to, const struct last_batch *o, struct err *e)
{
    if (put_point(to, &x->of_data, SERIES_DATA, "data", o->data, e) || put_terms(x, to, o->row, e))
        return -1;
    return put_calls(x, to, o, e);
}

int metrics_batch(struct metrics *x, struct model *m, const struct last_batch *o, struct err *e)
{
    return put_batch(x, (struct goal){.model = m}, o, e);
}

int metrics_start(struct metrics *x, struct model *m, const struct last_batch *o, struct err *e)
{
    return put_batch(x, (struct goal){.model = m, .start = true}, o, e);
}

bool metrics_has_point(const struct model *m)
{
    enum { DENSE = 1024 };
    uint64_t stride = 1;
    while (m->state.epoch >= DENSE * stride)
        stride *= 2;
    return m->state.epoch % stride == 0;
}

int metrics_epoch(struct metrics *x, struct model *m, const struct last_batch *o, struct err *e)
{
    const struct goal to = {.model = m};
    if (put_point(to, &x->of_data, SERIES_DATA, "data", model_epoch(m).data, e) ||
        put_terms(x, to, NULL, e))
        return -1;
    return put_calls(x, to, o, e);
}

static int put_validation(struct metrics *x, struct goal to, double data, double total,
                          struct err *e)
{
    if (put_point(to, &x->of_validation, SERIES_VALIDATION, "validation", data, e))
        return -1;
    return put_point(to, &x->of_validation_total, SERIES_VALIDATION_TOTAL, "validation total",
                     total, e);
}

int metrics_validation(struct metrics *x, struct model *m, double data, double total, struct err *e)
{
    return put_validation(x, (struct goal){.model = m}, data, total, e);
}

int metrics_validation_start(struct metrics *x, struct model *m, double data, double total,
                             struct err *e)
{
    return put_validation(x, (struct goal){.model = m, .start = true}, data, total, e);
}

int metrics_units(struct metrics *x, struct model *m, const struct units *u, bool start,
                  struct err *e)
{
    const struct goal to = {.model = m, .start = start};
    for (id c = 0; c < m->graph->calls; c++)
        if (units_count(u, c) && put_point(to, &x->of_units[c], SERIES_DEAD, m->graph->call[c].name,
                                           (double)units_dead(u, c), e))
            return -1;
    return 0;
}
