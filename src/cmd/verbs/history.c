/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/history_table.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/state.h"

#include "train/model.h"

#include <math.h>
#include <string.h>

/* Penalties get a column each, up to so many. */
enum { TERMS_SHOWN = 4 };

/* The figures on the validation share. */
static const struct {
    enum series_kind kind;
    const char *name, *head, *key;
} held[] = {
    {SERIES_VALIDATION_TOTAL, "validation total", "val.loss", "validation"},
    {SERIES_VALIDATION, "validation", "val.loss.data", "validation_data"},
};
enum { HELD = sizeof held / sizeof *held };

static const struct series *held_series(const struct history *h, size_t i)
{
    return history_find(h, held[i].kind, held[i].name);
}

static size_t count_terms(const struct history *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->count; i++)
        n += h->series[i].kind == SERIES_PENALTY;
    return n;
}

/* Step, loss, data, penalty, terms; then a column for each penalty, and those of the validation
 * share. */
enum { COMMON = 5 };

static void add_columns(struct report *r, struct report_table *t, const struct history *h,
                        bool each)
{
    static const struct report_column common[COMMON] = {
        {"step", "step", REPORT_FIGURE}, {"loss", "loss", REPORT_FIGURE},
        {"data", "data", REPORT_FIGURE}, {"penalty", "penalty", REPORT_FIGURE},
        {NULL, "terms", REPORT_FIGURE},
    };
    struct report_column *to = arena_new(&r->arena, COMMON + h->count + HELD, sizeof *to);
    if (!to) {
        r->text.failed = true;
        return;
    }
    memcpy(to, common, sizeof common);
    t->column = to;
    t->columns = COMMON;
    for (size_t i = 0; i < h->count && each; i++)
        if (h->series[i].kind == SERIES_PENALTY)
            to[t->columns++] = (struct report_column){h->series[i].name, NULL, REPORT_FIGURE};
    for (size_t i = 0; i < HELD && held_series(h, 0); i++)
        to[t->columns++] = (struct report_column){held[i].head, held[i].key, REPORT_FIGURE};
}

/* How many points fit on a screen. */
static size_t fitting_columns(const struct session *s, const struct history *h)
{
    const size_t least = 5, others = 4 + h->events;
    const size_t height = s->host->height ? s->host->height : 24;
    return height > others + least ? height - others : least;
}

/* About how wide the table is with a column for each penalty. */
static size_t columns_width(const struct history *h)
{
    size_t width = 40;
    for (size_t i = 0; i < h->count; i++)
        if (h->series[i].kind == SERIES_PENALTY)
            width += strlen(h->series[i].name) + 2;
    return width;
}

static size_t screen_width(const struct session *s)
{
    return s->host->width ? s->host->width : 80;
}

/* The values of the penalties at a step, for machines by name. */
static void add_terms(struct report *r, const struct history *h, double step, bool named)
{
    for (size_t i = 0; i < h->count; i++) {
        const double x =
            h->series[i].kind == SERIES_PENALTY ? history_value_at(&h->series[i], step) : NAN;
        if (!named && h->series[i].kind == SERIES_PENALTY)
            report_known(r, x);
        else if (!isnan(x))
            report_number(r, h->series[i].name, x);
    }
}

static void add_point(struct report *r, const struct history *h, double step, double data,
                      bool shown, bool each)
{
    const double penalty = history_penalty_at(h, step);
    report_row(r, shown ? REPORT_FOR_ALL : REPORT_FOR_MACHINES);
    report_number(r, NULL, step);
    report_number(r, NULL, data + penalty);
    report_number(r, NULL, data);
    report_number(r, NULL, penalty);
    report_open(r, NULL, '{');
    add_terms(r, h, step, true);
    report_close(r);
    if (shown && each)
        add_terms(r, h, step, false);
    for (size_t i = 0; i < HELD && held_series(h, 0); i++)
        report_known(r, history_value_at(held_series(h, i), step));
}

/* The points that people see are spread evenly. Returns how many there are. */
static size_t add_points(struct report *r, struct report_table *t, const struct session *s,
                         const struct history *h)
{
    const struct series *data = history_find(h, SERIES_DATA, "data");
    const size_t points = data ? data->count : 0, fit = fitting_columns(s, h),
                 terms = count_terms(h);
    const size_t shown = points < fit ? points : fit;
    const bool each = terms > 1 && terms <= TERMS_SHOWN && columns_width(h) <= screen_width(s);
    report_say(r, points ? "history of {model}: "
                         : "history of {model}: no points yet; the end of an epoch makes one\n");
    if (points)
        str_addf(report_note(r), "%zu point%s", points, points == 1 ? "" : "s");
    if (shown < points)
        str_addf(report_note(r), ", %zu of them shown, spread evenly; --json prints all", shown);
    report_say(r, points ? "\n" : "");
    add_columns(r, t, h, each);
    report_table(r, t);
    for (size_t i = 0, next = 0; i < points; i++) {
        const bool due = i == (shown > 1 ? next * (points - 1) / (shown - 1) : 0);
        add_point(r, h, data->step[i], data->value[i], due, each);
        next += due;
    }
    report_close(r);
    return points;
}

static int run_history(struct session *s, const struct args *args, struct err *e)
{
    static const struct report_column columns[] = {{NULL, "step", REPORT_FIGURE},
                                                   {NULL, "what", REPORT_WORDS}};
    static const struct report_table events = {
        .key = "events", .column = columns, .columns = 2, .line = "from step {step} on: {what}\n"};
    const struct history *h = &current_model(s)->history;
    struct report_table table = {.key = "points"};
    struct report r = {.as = report_renderer_of(args)};
    if (checking(s))
        return 0;
    report_text(&r, "model", current_model(s)->name);
    const size_t points = add_points(&r, &table, s, h);
    report_table(&r, &events);
    for (size_t i = 0; i < h->events; i++) {
        report_row(&r, points ? REPORT_FOR_ALL : REPORT_FOR_MACHINES);
        report_number(&r, NULL, (double)h->event[i].step);
        report_text(&r, NULL, h->event[i].label);
    }
    report_close(&r);
    return report_show(s, &r, e);
}

static const struct arg_spec history_args[] = {REPORT_FORMAT};

const struct command command_history = {
    COMMAND(
        "history", history_args, "the figures of training so far, as a table",
        "A line for each point of the curves: the end of an epoch, and every N steps while watch "
        "is on. loss = data + penalty; where there are several penalties each has its column. On a "
        "validation share val.loss is the total, and val.loss.data the data loss, which compares "
        "with data. What was changed by set on the way stands below. At most a screenful is shown; "
        "format=csv and --json have all points.",
        "data moons 100 split=0.2\ninput 2\ndense 8 tanh kernel=l2(1e-3)\ndense 1 sigmoid\n"
        "train 5\nhistory\n"),
    .run = run_history,
    .looks = true,
};
