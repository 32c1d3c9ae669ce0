/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reductions: their operand flows by in blocks and is gathered. */
#include "expr/flow.h"

/* A sum and the rounding errors made on the way (Neumaier, "Rundungsfehleranalyse einiger Verfahren
 * zur Summation endlicher Summen", ZAMM 54, 1974). */
static void add(double *sum, double *lost, double x)
{
    double t = *sum + x;
    *lost += fabs(*sum) >= fabs(x) ? (*sum - t) + x : (x - t) + *sum;
    *sum = t;
}

static void add_all(double *sum, double *lost, const double *x, size_t n)
{
    double s = *sum, l = *lost;
    for (size_t i = 0; i < n; i++)
        add(&s, &l, x[i]);
    *sum = s;
    *lost = l;
}

/* Elements in a row that a reduction treats alike. */
struct run {
    size_t n;    /* how many */
    size_t to;   /* the result's element that the first goes to */
    size_t step; /* 0: all go to that one; 1: each to the next */
};

static struct run run_at(const struct step *s, size_t at, size_t left)
{
    size_t row = at / s->inner, place = at % s->inner;
    struct run r = {s->inner - place, row / s->length * s->inner + place, 1};
    if (s->inner == 1)
        r = (struct run){s->length - at % s->length, at / s->length, 0};
    r.n = r.n < left ? r.n : left;
    return r;
}

/* What a reduction gathers in, each `count` items. */
struct gathered {
    double *all, *lost;
    const double *mean; /* what the elements are centred on, or NULL */
    double *same;       /* what all of them are, NaN where they differ; NULL: not asked */
};

static void compare_run(const struct gathered *g, const struct run *r, bool first, const double *x)
{
    double *same = g->same + r->to;
    for (size_t i = 0; i < r->n; i++, same += r->step)
        *same = first && (r->step || i == 0) ? x[i] : x[i] == *same ? x[i] : NAN;
}

static void gather_run(const struct step *s, const struct gathered *g, const struct run *r,
                       const double *x)
{
    double (*choose)(double, double) = s->op->reduction->choose;
    double *all = g->all + r->to, *lost = g->lost + r->to;
    if (choose)
        for (size_t i = 0; i < r->n; i++)
            all[i * r->step] = choose(all[i * r->step], x[i]);
    else if (r->step)
        for (size_t i = 0; i < r->n; i++)
            add(&all[i], &lost[i], x[i]);
    else
        add_all(all, lost, x, r->n);
}

static void gather_block(const struct step *s, const struct gathered *g, elementwise *term,
                         size_t at, size_t n)
{
    double *x = s->operand[0]->block;
    step_fill(s->operand[0], at, n, x);
    struct run r;
    for (size_t done = 0; g->mean && done < n; done += r.n) {
        r = run_at(s, at + done, n - done);
        for (size_t i = 0; i < r.n; i++)
            x[done + i] -= g->mean[r.to + i * r.step];
    }
    if (term)
        term(n, x, NULL, NULL);
    for (size_t done = 0; done < n; done += r.n) {
        r = run_at(s, at + done, n - done);
        if (g->same)
            compare_run(g, &r, (at + done) / s->inner % s->length == 0, x + done);
        gather_run(s, g, &r, x + done);
    }
}

static void gather(const struct step *s, const struct gathered *g, elementwise *term, double start)
{
    size_t count = s->operand[0]->count;
    for (size_t i = 0; i < s->count; i++) {
        g->all[i] = start;
        g->lost[i] = 0;
    }
    for (size_t at = 0; at < count && !stop_asked(s->stop); at += BLOCK)
        gather_block(s, g, term, at, count - at < BLOCK ? count - at : BLOCK);
    /* Where the sum is infinite or NaN, so are the errors, and add nothing. */
    for (size_t i = 0; i < s->count; i++)
        g->all[i] += isfinite(g->all[i]) ? g->lost[i] : 0;
}

/* Means into mean[]; `same` is room. */
static void average(const struct step *s, double *mean, double *lost, double *same)
{
    for (size_t i = 0; i < s->count; i++)
        same[i] = NAN;
    gather(s, &(struct gathered){.all = mean, .lost = lost, .same = same}, NULL, 0);
    for (size_t i = 0; i < s->count; i++)
        mean[i] = isnan(same[i]) ? mean[i] / (double)s->length : same[i];
}

static void reduce_with(const struct step *s, double *all, double *lost, double *mean)
{
    const struct reduction *r = s->op->reduction;
    struct gathered g = {.all = all, .lost = lost};
    if (r->mean) {
        average(s, all, lost, mean);
        return;
    }
    if (r->centred) {
        average(s, mean, lost, all);
        g.mean = mean;
    }
    gather(s, &g, r->term, r->start);
    for (size_t i = 0; r->finish && i < s->count; i++)
        all[i] = r->finish(all[i], (double)s->length);
}

int step_reduce(struct step *s, struct err *e)
{
    double *own = mem_block(s->count, sizeof *own), *lost = mem_block(s->count, sizeof *lost);
    const bool means = s->op->reduction->centred || s->op->reduction->mean;
    double *mean = means ? mem_block(s->count, sizeof *mean) : lost;
    if (own && lost && mean) {
        reduce_with(s, own, lost, mean);
        s->doubles = s->own = own;
        step_release_operands(s);
    } else {
        mem_free(own);
    }
    mem_free(lost);
    if (mean != lost)
        mem_free(mean);
    return s->own ? 0 : err_memory(e);
}
