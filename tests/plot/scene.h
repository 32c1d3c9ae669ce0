/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of views share: requests, figures, reading their csv, and a model with a history.
 */
#ifndef NNR_TESTS_PLOT_SCENE_H
#define NNR_TESTS_PLOT_SCENE_H

#include "../train/bench.h"

#include "plot/sweep_table.h"
#include "plot/view.h"

#include <math.h>
#include <stdio.h>

static inline const struct view_kind *view_of(const char *name)
{
    const struct entry *row = table_find(&view_kinds, name);
    assert_non_null(row);
    return (const void *)row;
}

static inline struct view_request request_of(struct bench *b)
{
    return (struct view_request){.model = &b->model,
                                 .models = 1,
                                 .data = &b->data,
                                 .seed = 1,
                                 .place = {1, 5, 9},
                                 .width = 80,
                                 .height = 24};
}

static inline struct figure drawn(const struct view_request *r, const char *view)
{
    struct figure f = {0};
    struct err e = {0};
    if (view_of(view)->draw(r, &f, &e))
        fail_msg("%s: %s; %s", view, e.what, e.hint);
    assert_false(figure_failed(&f));
    assert_true(strncmp(f.program.text, "reset\n", 6) == 0);
    return f;
}

static inline size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        n++;
    return n;
}

/* Reads the line-th line of the csv that begins with `series,`: up to 4 numbers. */
static inline size_t csv_line(const struct figure *f, const char *series, size_t line, double x[4])
{
    char start[120];
    snprintf(start, sizeof start, "%s,", series);
    for (const char *at = f->csv.text; at && *at; at = strchr(at, '\n') + 1) {
        if (strncmp(at, start, strlen(start)) != 0 || line-- > 0)
            continue;
        return (size_t)sscanf(at + strlen(start), "%lf,%lf,%lf,%lf", &x[0], &x[1], &x[2], &x[3]);
    }
    return 0;
}

static inline size_t csv_lines(const struct figure *f, const char *series)
{
    size_t n = 0;
    double x[4];
    while (csv_line(f, series, n, x))
        n++;
    return n;
}

static inline void put(struct bench *b, enum series_kind kind, const char *name, uint64_t step,
                       double y)
{
    assert_int_equal(history_put(&b->model->history, kind, name, step, y), 0);
}

#define PLAIN_MODEL                                                                                \
    "data moons 20\ninput 2 as x\ndense 3 relu as hidden\n"                                        \
    "flatten as flat\ndense 1 sigmoid as top\n"

static inline void rename_model(struct bench *b, const char *name)
{
    mem_free(b->model->name);
    b->model->name = mem_text(name, strlen(name));
    assert_non_null(b->model->name);
}

/* A model with all kinds of series: a few points of each, and two events. */
static inline struct bench full(const char *name)
{
    struct bench b = bench_make(PLAIN_MODEL);
    rename_model(&b, name);
    for (uint64_t s = 1; s <= 8; s++) {
        const double x = 1 / (double)s;
        put(&b, SERIES_DATA, "data", s, x);
        put(&b, SERIES_PENALTY, "hidden.activity l1(0.001)", s, x / 8);
        put(&b, SERIES_PENALTY, "hidden.kernel l2(0.01)", s, 0.25);
        put(&b, SERIES_VALIDATION, "validation", s, 2 * x);
        put(&b, SERIES_VALIDATION_TOTAL, "validation total", s, 100 * x);
        put(&b, SERIES_EXPRESSION, "mean(abs(a.output))", s, 3 * x);
        put(&b, SERIES_MEAN, "hidden", s, 0.5 * x);
        put(&b, SERIES_MAX, "hidden", s, 3);
        put(&b, SERIES_ZEROS, "hidden", s, 0.75);
        put(&b, SERIES_SMALL, "hidden", s, 0.875);
    }
    b.model->state.step = 8;
    assert_int_equal(history_event(&b.model->history, 4, "hidden.activity = l1(0.01)"), 0);
    assert_int_equal(history_event(&b.model->history, 6, "optimizer.lr = 0.1"), 0);
    return b;
}

/* A sweep over 0, 0.001 and 0.1 with two runs for each value, of which the models of the first and
 * the last value stayed; `active` was measured. */
struct sweep_scene {
    struct sweep_table table;
    struct model *model[3];
};

static inline const struct sweep_table *sweep_of(struct sweep_scene *s, struct model *first,
                                                 struct model *last)
{
    static const char *const label[] = {"0", "0.001", "0.1"};
    static const char *const name[] = {"active", "train.loss.data", "val.loss.data"};
    static const double number[] = {0, 0.001, 0.1};
    static const size_t value_of[] = {0, 0, 1, 1, 2, 2};
    static const double figure[] = {0.5,  1, 2, 0.7, 1, 4, 0.25, 2, 5,
                                    0.25, 2, 5, 0,   3, 9, 0.1,  3, 8};
    s->model[0] = first;
    s->model[1] = NULL;
    s->model[2] = last;
    s->table = (struct sweep_table){.text = "hidden.kernel = l1(?)",
                                    .target = "hidden.kernel",
                                    .values = 3,
                                    .runs = 6,
                                    .figures = 3,
                                    .measures = 1,
                                    .label = label,
                                    .number = number,
                                    .model = s->model,
                                    .value_of = value_of,
                                    .name = name,
                                    .figure = figure};
    return &s->table;
}

#endif
