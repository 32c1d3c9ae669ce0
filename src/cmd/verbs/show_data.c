/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/show_data.h"

#include "cmd/report/report.h"
#include "cmd/session/data.h"
#include "cmd/session/state.h"
#include "cmd/verbs/data.h"

#include <math.h>
#include <stdio.h>

/* So many columns get a line each; more share one. */
enum { COLUMNS_SHOWN = 16, CLASSES_SHOWN = 16 };

/* Columns [first, first + count) of a matrix of so many rows. */
struct part {
    const real *at;
    size_t rows, stride, first, count;
};

struct span_of {
    double least, most, sum;
};

static int measure_columns(const struct session *s, const struct part *p, struct span_of *f,
                           struct err *e)
{
    enum { SLICE = 4096 };
    const struct progress progress = {.what = "show"};
    *f = (struct span_of){.least = INFINITY, .most = -INFINITY};
    for (size_t r = 0; r < p->rows; r++) {
        if (r % SLICE == 0 && session_tick(s, &progress, e))
            return -1;
        for (size_t i = p->first; i < p->first + p->count; i++) {
            const double x = (double)p->at[r * p->stride + i];
            f->least = fmin(f->least, x);
            f->most = fmax(f->most, x);
            f->sum += x;
        }
    }
    return 0;
}

static int add_line(const struct session *s, struct report *r, const char *name, const char *role,
                    const struct part *p, struct err *e)
{
    struct span_of f;
    if (measure_columns(s, p, &f, e))
        return -1;
    report_row(r, REPORT_FOR_ALL);
    report_text(r, NULL, name);
    report_text(r, NULL, role);
    report_number(r, NULL, f.least);
    report_number(r, NULL, f.most);
    report_number(r, NULL, f.sum / ((double)p->rows * (double)p->count));
    return 0;
}

/* The columns of the inputs or of the targets, by name, number, or all together. */
static int add_columns(const struct session *s, struct report *r, bool target, struct err *e)
{
    const struct dataset *d = &s->data;
    const size_t count = target ? d->targets : d->inputs;
    const char *role = target ? "target" : "input";
    struct part p = {.at = target ? d->y : d->x, .rows = d->samples, .stride = count, .count = 1};
    for (p.first = 0; count <= COLUMNS_SHOWN && p.first < count; p.first++) {
        char name[80];
        snprintf(name, sizeof name, "%zu", p.first + 1);
        const char *given = d->column ? d->column[p.first + (target ? d->inputs : 0)] : NULL;
        if (add_line(s, r, given ? given : name, role, &p, e))
            return -1;
    }
    if (count <= COLUMNS_SHOWN)
        return 0;
    char name[80];
    snprintf(name, sizeof name, "1 to %zu", count);
    p.first = 0;
    p.count = count;
    return add_line(s, r, name, role, &p, e);
}

/* How many samples each class has. */
static int add_classes(const struct session *s, struct report *r, struct err *e)
{
    const struct dataset *d = &s->data;
    size_t *count = mem_new(d->classes, sizeof *count);
    if (!count)
        return err_memory(e);
    for (size_t i = 0; i < d->samples; i++)
        count[(size_t)d->y[i * d->targets]]++;
    struct str *to = report_note(r);
    str_add(to, "samples by class:");
    for (size_t c = 0; c < d->classes && c < CLASSES_SHOWN; c++) {
        str_addf(to, "%s ", c ? "," : "");
        if (d->class_name)
            str_addf(to, "%s (%zu)", d->class_name[c], c);
        else
            str_addf(to, "%zu", c);
        str_addf(to, " %zu", count[c]);
    }
    str_add(to, d->classes > CLASSES_SHOWN ? ", ...\n" : "\n");
    mem_free(count);
    return 0;
}

int data_show(struct session *s, struct report *r, struct err *e)
{
    static const struct report_column columns[] = {
        {"column", "column", REPORT_WORDS}, {"", "role", REPORT_WORDS},
        {"least", "least", REPORT_NUMBER},  {"most", "most", REPORT_NUMBER},
        {"mean", "mean", REPORT_NUMBER},
    };
    static const struct report_table table = {.key = "columns", .column = columns, .columns = 5};
    const struct dataset *d = &s->data;
    if (need_data(s, e))
        return -1;
    if (checking(s))
        return 0;
    data_report(r, d);
    report_table(r, &table);
    if (add_columns(s, r, false, e) ||
        (d->targets && !d->target_is_input && add_columns(s, r, true, e)))
        return -1;
    const struct part weights = {.at = d->weight, .rows = d->samples, .stride = 1, .count = 1};
    if (d->weight &&
        add_line(s, r, args_get(d->args, "weight")->as.words.item->text, "weight", &weights, e))
        return -1;
    report_close(r);
    report_say(r, d->target_is_input ? "the targets are the inputs\n" : "");
    report_say(r, d->factor ? "inputs are shown as they were scaled\n" : "");
    return d->whole_targets && d->classes <= d->samples ? add_classes(s, r, e) : 0;
}
