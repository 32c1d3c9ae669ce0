/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/report/text_table.h"
#include "cmd/session/command.h"
#include "cmd/session/state.h"

#include "train/model.h"

#include <math.h>
#include <string.h>

/* Penalties get a column each, up to so many. */
enum { TERMS_SHOWN = 4 };

/* The value of a series at a step; NaN where it has no point. */
static double value_at(const struct series *s, double step)
{
    size_t low = 0, high = s ? s->count : 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->step[middle] < step)
            low = middle + 1;
        else
            high = middle;
    }
    return s && low < s->count && s->step[low] == step ? s->value[low] : NAN;
}

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

static double penalty_at(const struct history *h, double step)
{
    double sum = 0;
    for (size_t i = 0; i < h->count; i++) {
        const double x = h->series[i].kind == SERIES_PENALTY ? value_at(&h->series[i], step) : NAN;
        sum += isnan(x) ? 0 : x;
    }
    return sum;
}

static size_t count_terms(const struct history *h)
{
    size_t n = 0;
    for (size_t i = 0; i < h->count; i++)
        n += h->series[i].kind == SERIES_PENALTY;
    return n;
}

static void add_number(struct grid *g, double x)
{
    char text[NUMBER_ROOM];
    grid_add(g, "%s", isnan(x) ? "-" : number_text(x, text));
}

static void add_point(struct grid *g, const struct history *h, double step, double data,
                      bool validation, bool terms)
{
    const double penalty = penalty_at(h, step);
    add_number(g, step);
    add_number(g, data + penalty);
    add_number(g, data);
    add_number(g, penalty);
    for (size_t i = 0; i < h->count && terms; i++)
        if (h->series[i].kind == SERIES_PENALTY)
            add_number(g, value_at(&h->series[i], step));
    for (size_t i = 0; validation && i < HELD; i++)
        add_number(g, value_at(held_series(h, i), step));
}

static void add_heads(struct grid *g, const struct history *h, bool validation, bool terms)
{
    static const char *const heads[] = {"step", "loss", "data", "penalty"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        grid_add(g, "%s", heads[i]);
    for (size_t i = 0; i < h->count && terms; i++)
        if (h->series[i].kind == SERIES_PENALTY)
            grid_add(g, "%s", h->series[i].name);
    for (size_t i = 0; validation && i < HELD; i++)
        grid_add(g, "%s", held[i].head);
}

/* How many points fit on a screen. */
static size_t fitting(const struct session *s, const struct history *h)
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

static void history_text(struct str *to, const struct session *s, const struct model *m)
{
    const struct history *h = &m->history;
    const struct series *data = history_find(h, SERIES_DATA, "data");
    const bool validation = held_series(h, 0) != NULL;
    const size_t points = data ? data->count : 0, fit = fitting(s, h);
    const size_t shown = points < fit ? points : fit, terms = count_terms(h);
    const bool each = terms > 1 && terms <= TERMS_SHOWN && columns_width(h) <= screen_width(s);
    bool right[4 + TERMS_SHOWN + HELD];
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        right[i] = true;
    struct grid g = {.columns = 4 + (each ? terms : 0) + (validation ? HELD : 0), .right = right};
    if (!points) {
        str_addf(to, "history of %s: no points yet; the end of an epoch makes one\n", m->name);
        return;
    }
    str_addf(to, "history of %s: %zu point%s", m->name, points, points == 1 ? "" : "s");
    str_addf(to, shown < points ? ", %zu of them shown, spread evenly; --json prints all\n" : "\n",
             shown);
    add_heads(&g, h, validation, each);
    for (size_t i = 0; i < shown; i++) {
        const size_t at = shown > 1 ? i * (points - 1) / (shown - 1) : 0;
        add_point(&g, h, data->step[at], data->value[at], validation, each);
    }
    grid_print(&g, to);
    for (size_t i = 0; i < h->events; i++)
        str_addf(to, "from step %llu on: %s\n", (unsigned long long)h->event[i].step,
                 h->event[i].label);
}

static void point_json(struct json *j, const struct history *h, double step, double data)
{
    const double penalty = penalty_at(h, step);
    json_open(j, NULL, '{');
    json_number(j, "step", step);
    json_number(j, "loss", data + penalty);
    json_number(j, "data", data);
    json_number(j, "penalty", penalty);
    json_open(j, "terms", '{');
    for (size_t i = 0; i < h->count; i++)
        if (h->series[i].kind == SERIES_PENALTY && !isnan(value_at(&h->series[i], step)))
            json_number(j, h->series[i].name, value_at(&h->series[i], step));
    json_close(j, '}');
    for (size_t i = 0; i < HELD; i++)
        if (!isnan(value_at(held_series(h, i), step)))
            json_number(j, held[i].key, value_at(held_series(h, i), step));
    json_close(j, '}');
}

static void history_json(struct str *to, const struct model *m)
{
    const struct history *h = &m->history;
    const struct series *data = history_find(h, SERIES_DATA, "data");
    struct json j = {.to = to};
    json_open(&j, NULL, '{');
    json_text(&j, "model", m->name);
    json_open(&j, "points", '[');
    for (size_t i = 0; data && i < data->count; i++)
        point_json(&j, h, data->step[i], data->value[i]);
    json_close(&j, ']');
    json_open(&j, "events", '[');
    for (size_t i = 0; i < h->events; i++) {
        json_open(&j, NULL, '{');
        json_number(&j, "step", (double)h->event[i].step);
        json_text(&j, "what", h->event[i].label);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    str_add(to, "\n");
}

static int run_history(struct session *s, const struct args *args, struct err *e)
{
    struct str text = {0};
    (void)args;
    if (checking(s))
        return 0;
    if (s->host->json)
        history_json(&text, current_model(s));
    else
        history_text(&text, s, current_model(s));
    return session_report(s, &text, e);
}

const struct command command_history = {
    COMMAND_ALONE(
        "history", "the figures of training so far, as a table",
        "A line for each point of the curves: the end of an epoch, and every N steps while watch "
        "is on. loss = data + penalty; where there are several penalties each has its column. On "
        "a validation share val.loss is the total, and val.loss.data the data loss, which "
        "compares with data. "
        "What was changed by set on the way stands below. At most a screenful is shown; --json "
        "prints all points.",
        "data moons 100 split=0.2\ninput 2\ndense 8 tanh kernel=l2(1e-3)\ndense 1 sigmoid\n"
        "train 5\nhistory\n"),
    .run = run_history,
    .looks = true,
};
