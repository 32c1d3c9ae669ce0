/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/past_curves.h"

#include "cmd/common/plotting.h"
#include "cmd/common/resolve.h"
#include "cmd/common/settings.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Names in an expression, at a step of the past. */
struct past {
    struct session *session;
    const struct history *history;
    double step;
};

/* NaN where the series has no point. */
static double value_at(const struct series *s, double step)
{
    size_t low = 0, high = s ? series_points(s) : 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (series_step(s, middle) < step)
            low = middle + 1;
        else
            high = middle;
    }
    return s && low < series_points(s) && series_step(s, low) <= step ? series_value(s, low)
                                                                      : (double)NAN;
}

/* The sum of all penalties whose names begin so; where one has no point it was not there. */
static double penalties_at(const struct history *h, const char *start, size_t n, double step)
{
    double sum = 0;
    for (size_t i = 0; i < h->count; i++) {
        const struct series *s = &h->series[i];
        const double x = s->kind == SERIES_PENALTY && strncmp(s->name, start, n) == 0
                             ? value_at(s, step)
                             : (double)NAN;
        sum += isnan(x) ? 0 : x;
    }
    return sum;
}

static double data_at(const struct past *p)
{
    return value_at(history_find(p->history, SERIES_DATA, "data"), p->step);
}

static double validation_at(const struct past *p)
{
    return value_at(history_find(p->history, SERIES_VALIDATION, "validation"), p->step);
}

static double validation_total_at(const struct past *p)
{
    return value_at(history_find(p->history, SERIES_VALIDATION_TOTAL, "validation total"), p->step);
}

static double loss_at(const struct past *p)
{
    return data_at(p) + penalties_at(p->history, "", 0, p->step);
}

static double penalty_at(const struct past *p)
{
    return loss_at(p) - data_at(p);
}

static double validation_penalty_at(const struct past *p)
{
    return validation_total_at(p) - validation_at(p);
}

static double step_at(const struct past *p)
{
    return p->step;
}

/* Quantities that a history has. */
static const struct {
    const char *name;
    double (*at)(const struct past *p);
} known[] = {
    {"step", step_at},
    {"loss", loss_at},
    {"loss.data", data_at},
    {"loss.penalty", penalty_at},
    {"val.loss", validation_total_at},
    {"val.loss.data", validation_at},
    {"val.data", validation_at},
    {"val.loss.penalty", validation_penalty_at},
    {"val.penalty", validation_penalty_at},
};

/* `code.activity.penalty`: the sum of the slot's terms. */
static bool find_slot(const struct past *p, const char *path, double *x)
{
    static const char end[] = ".penalty";
    const size_t n = strlen(path), tail = sizeof end - 1;
    char start[300];
    if (n <= tail || n - tail + 2 > sizeof start || strcmp(path + n - tail, end) != 0)
        return false;
    const int size = snprintf(start, sizeof start, "%.*s ", (int)(n - tail), path);
    *x = isnan(data_at(p)) ? (double)NAN : penalties_at(p->history, start, (size_t)size, p->step);
    return true;
}

static int no_past(const struct node *path, struct err *e)
{
    err_at(e, path->where, "the values that %s had are not known", path->text);
    return err_hint(e, "watch it, and train: its curve begins there");
}

static int find(void *self, const struct node *path, bool values, struct leaf *leaf, struct err *e)
{
    const struct past *p = self;
    const struct variable *v = name_variable(p->session, path->text);
    (void)values;
    *leaf = (struct leaf){0};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, path->text) == 0) {
            leaf->number = known[i].at(p);
            return 0;
        }
    if (v && !v->penalty) {
        leaf->number = v->number;
        return 0;
    }
    return find_slot(p, path->text, &leaf->number) ? 0 : no_past(path, e);
}

static const struct series *watched_series(const struct model *m, const char *text)
{
    return history_find(&m->history, SERIES_EXPRESSION, text);
}

int past_check(struct session *s, const struct model *m, const struct node *n, const char *text,
               struct err *e)
{
    struct past p = {.session = s, .history = &m->history};
    const struct names names = {.self = &p, .find = find, .stop = &s->host->stop};
    return watched_series(m, text) ? 0 : expr_check_number(n, &names, e);
}

static int copy_series(struct series *to, const struct series *from)
{
    to->start = from->start;
    for (size_t i = 0; i < from->count; i++) {
        to->step[i] = from->step[i];
        to->value[i] = from->value[i];
    }
    to->count = from->count;
    return 0;
}

/* At each step of the data loss. */
static int compute_series(struct series *to, struct session *s, const struct model *m,
                          const struct node *n, struct err *e)
{
    const struct series *data = history_find(&m->history, SERIES_DATA, "data");
    struct past p = {.session = s, .history = &m->history};
    const struct names names = {.self = &p, .find = find, .stop = &s->host->stop};
    for (size_t i = 0; data && i < series_points(data); i++) {
        p.step = series_step(data, i);
        if (expr_number(n, &names, &to->value[i], e))
            return -1;
        to->step[i] = p.step;
        to->count = i + 1;
    }
    return 0;
}

static int make_one(struct series *to, struct session *s, const struct model *m,
                    const struct asked *a, struct err *e)
{
    const struct series *from = watched_series(m, a->text);
    const struct series *data = history_find(&m->history, SERIES_DATA, "data");
    const size_t room = from ? from->count : data ? series_points(data) : 0;
    *to = (struct series){.kind = SERIES_EXPRESSION, .name = (char *)a->text, .start = (double)NAN};
    to->step = mem_new(room + 1, sizeof *to->step);
    to->value = mem_new(room + 1, sizeof *to->value);
    if (!to->step || !to->value)
        return err_memory(e);
    return from ? copy_series(to, from) : compute_series(to, s, m, a->node, e);
}

void past_curves_make(struct past_curves *to, struct session *s, const struct request *r,
                      struct model *const *model, size_t models, struct err *e)
{
    *to = (struct past_curves){0};
    if (!r->askeds)
        return;
    to->item = mem_new(models * r->askeds, sizeof *to->item);
    to->failed = !to->item;
    if (to->failed)
        err_memory(e);
    for (size_t m = 0; m < models && !to->failed; m++)
        for (size_t i = 0; i < r->askeds && !to->failed; i++) {
            to->failed = past_check(s, model[m], r->asked[i].node, r->asked[i].text, e) ||
                         make_one(&to->item[to->count++], s, model[m], &r->asked[i], e);
        }
}

void past_curves_finish(struct past_curves *c)
{
    for (size_t i = 0; i < c->count; i++) {
        mem_free(c->item[i].step);
        mem_free(c->item[i].value);
    }
    mem_free(c->item);
    *c = (struct past_curves){0};
}
