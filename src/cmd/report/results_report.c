/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/results_report.h"

#include "cmd/report/report.h"
#include "cmd/session/results.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *results_version(void)
{
#ifdef NNR_DOUBLE
    return NNR_VERSION " double";
#else
    return NNR_VERSION;
#endif
}

const char *results_digest_text(const struct results *of, char text[20])
{
    snprintf(text, 20, "%016llx", (unsigned long long)of->digest);
    return text;
}

/* A table with its columns while they are made; they live as long as the report. */
struct columns {
    struct report *r;
    struct report_column *column;
    size_t count;
};

static void add_column(struct columns *c, const char *head, const char *key,
                       enum report_format format)
{
    c->column[c->count++] = (struct report_column){head, key, format};
}

/* Room for so many columns; false without memory, and then the report has failed. */
static bool begin_columns(struct columns *c, struct report *r, size_t most)
{
    *c = (struct columns){.r = r, .column = arena_new(&r->arena, most, sizeof *c->column)};
    r->text.failed = r->text.failed || !c->column;
    return c->column != NULL;
}

static void open_table(struct columns *c, const char *key)
{
    struct report_table *t = arena_new(&c->r->arena, 1, sizeof *t);
    if (!t) {
        c->r->text.failed = true;
        return;
    }
    *t = (struct report_table){.key = key, .column = c->column, .columns = c->count};
    report_table(c->r, t);
}

/* A figure of every run, or one that was measured. */
struct wanted {
    const char *name;
    size_t figure; /* RUN_FIGURES: it was measured */
};

static bool find_figure(const struct results_run *run, const struct wanted *w, double *x)
{
    const double *measured =
        w->figure == RUN_FIGURES ? results_run_measure(run, w->name) : &run->figure[w->figure];
    if (run->status != RUN_DONE || !measured || (w->figure < RUN_FIGURES && isnan(*measured)))
        return false;
    *x = *measured;
    return true;
}

static bool is_named(const char *name, const char *const *only, size_t onlys)
{
    bool found = !onlys;
    for (size_t i = 0; i < onlys; i++)
        found = found || strcmp(only[i], name) == 0;
    return found;
}

static bool any_has(const struct results *of, const struct wanted *w)
{
    double x;
    bool found = false;
    for (size_t i = 0; i < of->runs; i++)
        found = found || find_figure(&of->run[i], w, &x);
    return found;
}

/* The figures to be shown: those that some run has, and all that were measured. */
static size_t choose_figures(const struct results *of, const char *const *only, size_t onlys,
                             struct wanted *to)
{
    size_t n = 0;
    for (size_t i = 0; i < RUN_FIGURES; i++) {
        const struct wanted w = {run_figure_names[i], i};
        if (is_named(w.name, only, onlys) && any_has(of, &w))
            to[n++] = w;
    }
    for (size_t i = 0; i < of->names; i++)
        if (is_named(of->name[i], only, onlys))
            to[n++] = (struct wanted){of->name[i], RUN_FIGURES};
    return n;
}

/* One row of the table: a model by itself, or all runs of a value, which stand in a row. */
struct group {
    const struct results *of;
    const struct results_run *run;
    size_t runs, failed;
    const char *error; /* of the first that failed */
};

static struct group group_of(const struct results *of, size_t first)
{
    struct group g = {.of = of, .run = &of->run[first]};
    const size_t value = g.run->value;
    do {
        const struct results_run *run = &g.run[g.runs++];
        g.failed += run->status == RUN_FAILED;
        if (run->status == RUN_FAILED && !g.error)
            g.error = run->error;
    } while (value != RUN_ALONE && first + g.runs < of->runs && g.run[g.runs].value == value);
    return g;
}

/* Mean and deviation of a sample, of those that have the figure; returns how many. */
static size_t sum_up(const struct group *g, const struct wanted *w, double *mean, double *deviation)
{
    double x, sum = 0, squares = 0;
    size_t n = 0;
    for (size_t i = 0; i < g->runs; i++)
        if (find_figure(&g->run[i], w, &x)) {
            sum += x;
            n++;
        }
    *mean = n == 1 ? sum : sum / (double)n;
    for (size_t i = 0; i < g->runs; i++)
        if (find_figure(&g->run[i], w, &x))
            squares += (x - *mean) * (x - *mean);
    *deviation = n > 1 ? sqrt(squares / (double)(n - 1)) : NAN;
    return n;
}

static void add_figure(struct report *r, const struct group *g, const struct wanted *w)
{
    double mean, deviation;
    const size_t n = sum_up(g, w, &mean, &deviation);
    if (n)
        report_number(r, NULL, mean);
    else
        report_nothing(r);
    if (n > 1)
        str_addf(report_shown(r), "%.4g ± %.2g", mean, deviation);
}

static void add_deviation(struct report *r, const struct group *g, const struct wanted *w)
{
    double mean, deviation;
    if (sum_up(g, w, &mean, &deviation) > 1)
        report_number(r, NULL, deviation);
    else
        report_nothing(r);
}

static void add_swept(struct report *r, const struct results *of, size_t value, size_t axis)
{
    const struct swept *x = value == RUN_ALONE ? NULL : &of->value[value * of->axes + axis];
    if (!x)
        report_nothing(r);
    else if (isnan(x->number))
        report_text(r, NULL, x->text);
    else
        report_number(r, NULL, x->number);
}

static void add_failures(struct report *r, const struct group *g)
{
    report_number(r, NULL, (double)g->failed);
    if (!g->failed)
        str_add(report_shown(r), "-");
    else if (g->runs == 1)
        str_addf(report_shown(r), "failed: %s", g->error);
    else
        str_addf(report_shown(r), "%zu of %zu failed: %s", g->failed, g->runs, g->error);
    if (g->failed)
        report_text(r, NULL, g->error);
    else
        report_nothing(r);
}

/* What all rows of the table have. */
struct layout {
    struct wanted *figure;
    size_t figures;
    bool models, values, failures;
};

static void add_group(struct report *r, const struct group *g, const struct layout *l)
{
    const struct results *of = g->of;
    const size_t value = g->run->value;
    report_row(r, REPORT_FOR_ALL);
    if (l->models && (of->models || value == RUN_ALONE))
        report_text(r, NULL, g->run->model);
    else if (l->models)
        report_nothing(r);
    for (size_t a = 0; a < of->axes && l->values; a++)
        add_swept(r, of, value, a);
    if (of->seeds && l->values)
        report_number(r, NULL, (double)(g->runs - g->failed));
    for (size_t i = 0; i < l->figures; i++)
        add_figure(r, g, &l->figure[i]);
    if (l->failures)
        add_failures(r, g);
    for (size_t i = 0; i < l->figures && of->seeds; i++)
        add_deviation(r, g, &l->figure[i]);
}

/* The names of the deviations are made for the report. */
static const char *deviation_key(struct report *r, const char *name)
{
    const size_t n = strlen(name);
    char *key = arena_new(&r->arena, n + sizeof ".std", 1);
    r->text.failed = r->text.failed || !key;
    if (key)
        snprintf(key, n + sizeof ".std", "%s.std", name);
    return key;
}

static void add_columns(struct columns *c, const struct results *of, const struct layout *l)
{
    if (l->models)
        add_column(c, "model", "model", REPORT_WORDS);
    for (size_t a = 0; a < of->axes && l->values; a++)
        add_column(c, of->target[a], of->target[a], REPORT_NUMBER);
    if (of->seeds && l->values)
        add_column(c, "n", "n", REPORT_NUMBER);
    for (size_t i = 0; i < l->figures; i++)
        add_column(c, l->figure[i].name, l->figure[i].name, REPORT_NUMBER);
    if (l->failures) {
        add_column(c, "failed", "failed", REPORT_WORDS);
        add_column(c, NULL, "error", REPORT_WORDS);
    }
    for (size_t i = 0; i < l->figures && of->seeds; i++)
        add_column(c, NULL, deviation_key(c->r, l->figure[i].name), REPORT_NUMBER);
}

void results_report(struct report *r, const struct results *of, const char *const *only,
                    size_t onlys)
{
    struct columns c;
    struct layout l = {.models = of->models};
    l.figure = arena_new(&r->arena, RUN_FIGURES + of->names, sizeof *l.figure);
    if (!l.figure || !begin_columns(&c, r, 4 + of->axes + 2 * (RUN_FIGURES + of->names))) {
        r->text.failed = true;
        return;
    }
    l.figures = choose_figures(of, only, onlys, l.figure);
    for (size_t i = 0; i < of->runs; i++) {
        l.models = l.models || of->run[i].value == RUN_ALONE;
        l.values = l.values || of->run[i].value != RUN_ALONE;
        l.failures = l.failures || of->run[i].status == RUN_FAILED;
    }
    add_columns(&c, of, &l);
    if (l.values) {
        report_text(r, "sweep", of->text);
        str_addf(report_note(r), "sweep %s%s\n", of->text,
                 of->seeds ? "; mean ± standard deviation of n runs" : "");
    }
    if (!of->runs)
        str_addf(report_note(r), "sweep %s: no runs\n", of->text ? of->text : "");
    open_table(&c, "results");
    for (size_t i = 0; i < of->runs;) {
        const struct group g = group_of(of, i);
        add_group(r, &g, &l);
        i += g.runs;
    }
    report_close(r);
}

static void add_tidy_run(struct report *r, const struct results *of, const struct results_run *run,
                         size_t names)
{
    char digest[20];
    const bool alone = run->value == RUN_ALONE, failed = run->status == RUN_FAILED;
    report_row(r, REPORT_FOR_ALL);
    report_text(r, NULL, results_version());
    report_text(r, NULL, alone ? "" : results_digest_text(of, digest));
    report_text(r, NULL, run->model);
    report_text(r, NULL, alone ? "" : of->text);
    for (size_t a = 0; a < of->axes; a++)
        add_swept(r, of, run->value, a);
    report_number(r, NULL, (double)run->seed);
    report_text(r, NULL, failed ? "failed" : "done");
    report_text(r, NULL, failed ? run->error : "");
    report_number(r, NULL, (double)run->steps);
    report_number(r, NULL, (double)run->epochs);
    for (size_t i = 0; i < RUN_FIGURES + names; i++) {
        double x;
        const struct wanted w = {i < RUN_FIGURES ? "" : of->name[i - RUN_FIGURES],
                                 i < RUN_FIGURES ? i : RUN_FIGURES};
        if (find_figure(run, &w, &x))
            report_number(r, NULL, x);
        else
            report_nothing(r);
    }
}

void results_tidy(struct report *r, const struct results *of, const struct results_run *run,
                  size_t count, size_t names)
{
    static const char *const before[] = {RESULTS_MARK, "digest", "model", "sweep"};
    static const char *const behind[] = {"seed", "status", "error", "steps", "epochs"};
    struct columns c;
    if (!begin_columns(&c, r, 9 + of->axes + RUN_FIGURES + names))
        return;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        add_column(&c, NULL, before[i], REPORT_WORDS);
    for (size_t a = 0; a < of->axes; a++)
        add_column(&c, NULL, of->target[a], REPORT_NUMBER);
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
        add_column(&c, NULL, behind[i], REPORT_WORDS);
    for (size_t i = 0; i < RUN_FIGURES; i++)
        add_column(&c, NULL, run_figure_names[i], REPORT_NUMBER);
    for (size_t i = 0; i < names; i++)
        add_column(&c, NULL, of->name[i], REPORT_NUMBER);
    open_table(&c, "results");
    for (size_t i = 0; i < count; i++)
        add_tidy_run(r, of, &run[i], names);
    report_close(r);
}
