/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/history_table.h"

#include "cmd/report/render.h"
#include "cmd/report/report.h"

#include "base/file.h"
#include "base/path.h"
#include "train/model.h"

#include <stdlib.h>
#include <string.h>

double history_value_at(const struct series *s, double step)
{
    size_t low = 0, high = s ? s->count : 0;
    if (s && step == 0)
        return s->start;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->step[middle] < step)
            low = middle + 1;
        else
            high = middle;
    }
    return s && low < s->count && s->step[low] == step ? s->value[low] : (double)NAN;
}

double history_penalty_at(const struct history *h, double step)
{
    double sum = 0;
    for (size_t i = 0; i < h->count; i++) {
        const bool penalty = h->series[i].kind == SERIES_PENALTY;
        const double x = penalty ? history_value_at(&h->series[i], step) : (double)NAN;
        sum += isnan(x) ? 0 : x;
    }
    return sum;
}

/* Heads that every table has. */
static const char *const common_heads[] = {"step",    "loss",       "data",
                                           "penalty", "validation", "validation_data"};
enum { COMMON = 4 }; /* the first of them stand in front */

static bool is_common(const char *name)
{
    bool found = false;
    for (size_t i = 0; i < sizeof common_heads / sizeof *common_heads; i++)
        found = found || strcmp(common_heads[i], name) == 0;
    return found;
}

void history_series_name(struct str *to, const struct series *s)
{
    static const char *const of_output[] = {
        [SERIES_MEAN] = "mean |a|",    [SERIES_MAX] = "max |a|", [SERIES_ZEROS] = "a = 0",
        [SERIES_SMALL] = "|a| <= 0.1", [SERIES_DEAD] = "dead",
    };
    if (s->kind == SERIES_DATA)
        str_add(to, "data");
    else if (s->kind == SERIES_VALIDATION_TOTAL)
        str_add(to, "validation");
    else if (s->kind == SERIES_VALIDATION)
        str_add(to, "validation_data");
    else if (s->kind == SERIES_EXPRESSION && is_common(s->name))
        str_addf(to, "(%s)", s->name);
    else if (s->kind == SERIES_PENALTY || s->kind == SERIES_EXPRESSION)
        str_add(to, s->name);
    else {
        str_add(to, s->name);
        str_add(to, ".output ");
        str_add(to, of_output[s->kind]);
    }
}

/* How a csv of curves begins; that tells a file of nnr's. */
#define HISTORY_OWN "step,loss,data,penalty"

static bool is_json(const struct file_name *file)
{
    return path_ends(file->name, ".json");
}

static const char *own_of(const struct file_name *file)
{
    return is_json(file) ? FILE_OWN : HISTORY_OWN;
}

int history_file_check(const struct file_name *file, struct err *e)
{
    if (is_json(file) || path_ends(file->name, ".csv"))
        return file_check(file, own_of(file), e);
    err_at(e, file->where, "the ending of \"%.200s\" does not say what to write", file->name);
    return err_hint(e, "end the name in .csv or .json");
}

static int compare_steps(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* All steps up to the model's at which some curve has a point, rising. NULL without memory. */
static double *list_steps(struct arena *arena, const struct model *m, size_t *count)
{
    const struct history *h = &m->history;
    const double last = (double)m->state.step;
    size_t room = 0, n = 0;
    for (size_t i = 0; i < h->count; i++)
        room += series_points(&h->series[i]);
    double *step = arena_new(arena, room, sizeof *step);
    *count = 0;
    if (!step)
        return NULL;
    for (size_t i = 0; i < h->count; i++)
        for (size_t k = 0; k < series_points(&h->series[i]); k++)
            step[n++] = series_step(&h->series[i], k);
    qsort(step, n, sizeof *step, compare_steps);
    for (size_t i = 0; i < n; i++)
        if (step[i] <= last && (!*count || step[i] != step[*count - 1]))
            step[(*count)++] = step[i];
    return step;
}

/* Heads live as long as the report. */
static const char *series_key(struct report *r, const struct series *s)
{
    struct str name = {0};
    history_series_name(&name, s);
    const char *key = name.failed ? NULL : arena_text(&r->arena, name.text, name.size);
    str_finish(&name);
    r->text.failed = r->text.failed || !key;
    return key;
}

static bool add_columns(struct report *r, struct report_table *t, const struct history *h)
{
    struct report_column *to = arena_new(&r->arena, COMMON + h->count, sizeof *to);
    r->text.failed = r->text.failed || !to;
    if (!to)
        return false;
    t->column = to;
    for (size_t i = 0; i < COMMON; i++)
        to[t->columns++] = (struct report_column){NULL, common_heads[i], REPORT_NUMBER};
    for (size_t i = 0; i < h->count; i++)
        if (h->series[i].kind != SERIES_DATA)
            to[t->columns++] =
                (struct report_column){NULL, series_key(r, &h->series[i]), REPORT_NUMBER};
    return true;
}

/* Where the data loss has no point there is no sum either. */
static void add_row(struct report *r, const struct history *h, double step)
{
    const double data = history_value_at(history_find(h, SERIES_DATA, "data"), step),
                 penalty = isnan(data) ? data : history_penalty_at(h, step);
    report_row(r, REPORT_FOR_ALL);
    report_number(r, NULL, step);
    report_known(r, data + penalty);
    report_known(r, data);
    report_known(r, penalty);
    for (size_t i = 0; i < h->count; i++)
        if (h->series[i].kind != SERIES_DATA)
            report_known(r, history_value_at(&h->series[i], step));
}

static void add_events(struct report *r, const struct history *h)
{
    static const struct report_column columns[] = {{NULL, "step", REPORT_NUMBER},
                                                   {NULL, "what", REPORT_WORDS}};
    static const struct report_table events = {.key = "events", .column = columns, .columns = 2};
    report_table(r, &events);
    for (size_t i = 0; i < h->events; i++) {
        report_row(r, REPORT_FOR_ALL);
        report_number(r, NULL, (double)h->event[i].step);
        report_text(r, NULL, h->event[i].label);
    }
    report_close(r);
}

static int write_text(const struct file_name *file, const struct str *text, struct err *e)
{
    struct file_out out;
    if (text->failed)
        return err_memory(e);
    return file_begin(&out, file, own_of(file), e) || file_add(&out, text->text, text->size, e) ||
                   file_end(&out, NULL, e)
               ? -1
               : 0;
}

static int no_curves(const struct model *m, const struct file_name *file, struct err *e)
{
    err_at(e, file->where, "%s has no curves yet", m->name);
    return err_hint(e, "the end of an epoch makes a point of each: train 1");
}

int history_save(const struct model *m, const struct file_name *file, struct err *e)
{
    const struct history *h = &m->history;
    const bool json = is_json(file);
    struct report_table points = {.key = "points"};
    struct report r = {0};
    struct str text = {0};
    size_t steps = 0;
    const double *step = list_steps(&r.arena, m, &steps);
    int failed = !step ? err_memory(e) : !steps ? no_curves(m, file, e) : 0;
    if (!failed) {
        report_text(&r, "comment", FILE_OWN);
        report_text(&r, "model", m->name);
        if (add_columns(&r, &points, h)) {
            report_table(&r, &points);
            for (size_t i = 0; i < steps; i++)
                add_row(&r, h, step[i]);
            report_close(&r);
        }
        add_events(&r, h);
        (json ? report_render_json : report_render_csv)(&r, &text);
        failed = write_text(file, &text, e);
    }
    str_finish(&text);
    report_finish(&r);
    return failed;
}
