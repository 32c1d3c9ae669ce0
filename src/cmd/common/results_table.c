/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/results_table.h"

#include "cmd/report/results_report.h"
#include "cmd/session/results.h"

#include "base/entry.h"
#include "base/mem.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Behind a field in quotes; NULL if the quotes do not end. */
static char *unquote_field(char *at)
{
    char *to = at;
    for (; *at; at++) {
        if (*at != '"') {
            *to++ = *at;
        } else if (at[1] == '"') {
            *to++ = *at++;
        } else {
            *to = 0;
            return at + 1;
        }
    }
    return NULL;
}

int results_table_line(struct results_table *t)
{
    char end = ',';
    t->fields = 0;
    while (t->at && end == ',') {
        if (mem_room(&t->field, &t->room, t->fields + 1, sizeof *t->field))
            return -1;
        const bool quoted = *t->at == '"';
        char *behind = quoted ? unquote_field(t->at + 1) : t->at + strcspn(t->at, ",\n");
        t->field[t->fields++] = t->at + quoted;
        end = behind ? *behind : 0;
        if (end == ',' || end == '\n')
            *behind = 0;
        t->at = end ? behind + 1 : NULL;
    }
    return end == '\n';
}

static size_t column_of(const struct results_heads *h, const char *name)
{
    size_t i = 0;
    while (i < h->count && strcmp(h->name[i], name) != 0)
        i++;
    return i;
}

const char *results_table_field(const struct results_table *t, const struct results_heads *h,
                                const char *name)
{
    const size_t i = column_of(h, name);
    return i < h->count ? t->field[i] : "";
}

/* NaN for an empty field; false: it holds no number. */
static bool read_number(const char *text, double *x)
{
    char *end = NULL;
    *x = *text ? strtod(text, &end) : NAN;
    return !*text || (end != text && !*end);
}

size_t results_table_value(const struct results *of, const struct results_table *t,
                           const struct results_heads *h)
{
    size_t v = 0;
    for (; v < of->values; v++) {
        bool same = true;
        for (size_t a = 0; a < of->axes && same; a++) {
            const struct swept *x = &of->value[v * of->axes + a];
            const char *text = results_table_field(t, h, of->target[a]);
            double y = NAN;
            same = isnan(x->number) ? strcmp(text, x->text) == 0
                                    : read_number(text, &y) && y == x->number;
        }
        if (same)
            break;
    }
    return v;
}

/* Whether a column is neither one of every run nor a value. */
static bool is_measure(const struct results *of, const char *name)
{
    static const char *const known[] = {RESULTS_MARK, "digest", "model", "sweep", "seed",
                                        "status",     "error",  "steps", "epochs"};
    bool found = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        found = found || strcmp(known[i], name) == 0;
    for (size_t i = 0; i < RUN_FIGURES; i++)
        found = found || strcmp(run_figure_names[i], name) == 0;
    for (size_t a = 0; a < of->axes; a++)
        found = found || strcmp(of->target[a], name) == 0;
    return !found;
}

int results_table_refuse(const struct file_name *file, struct err *e)
{
    err_at(e, file->where, "\"%.200s\" holds no results of a sweep", file->name);
    return err_hint(e, "it must be a .csv that log= or save results wrote");
}

/* Numbers from a file that somebody changed may be none. */
static int no_number(const struct file_name *file, const char *column, const char *text,
                     struct err *e)
{
    err_at(e, file->where, "\"%.200s\" has \"%.40s\" for %.60s, which is no number", file->name,
           text, column);
    return err_hint(e, "take that row out of the file: its run is done again");
}

static int take_numbers(const struct results *of, const struct results_table *t,
                        const struct results_heads *h, const struct file_name *file,
                        struct results_run *to, struct err *e)
{
    static const char *const counts[] = {"seed", "steps", "epochs"};
    uint64_t *const count[] = {&to->seed, &to->steps, &to->epochs};
    double x = 0;
    for (size_t i = 0; i < 3; i++) {
        const char *text = results_table_field(t, h, counts[i]);
        if (!read_number(text, &x) || !(x >= 0 && x < 0x1p63))
            return no_number(file, counts[i], text, e);
        *count[i] = (uint64_t)x;
    }
    for (size_t i = 0; i < RUN_FIGURES; i++)
        if (!read_number(results_table_field(t, h, run_figure_names[i]), &to->figure[i]))
            return no_number(file, run_figure_names[i],
                             results_table_field(t, h, run_figure_names[i]), e);
    for (size_t i = 0; i < h->count; i++) {
        if (!is_measure(of, h->name[i]) || !*t->field[i])
            continue;
        if (!read_number(t->field[i], &x))
            return no_number(file, h->name[i], t->field[i], e);
        if (results_run_note(to, h->name[i], x))
            return err_memory(e);
    }
    return 0;
}

int results_table_row(const struct results *of, const struct results_table *t,
                      const struct results_heads *h, const struct file_name *file,
                      struct results_run *to, struct err *e)
{
    const char *model = results_table_field(t, h, "model");
    *to = (struct results_run){.value = results_table_value(of, t, h), .status = RUN_DONE};
    to->model = mem_text(model, strlen(model));
    if (to->model && !take_numbers(of, t, h, file, to, e))
        return 0;
    const bool memory = !to->model;
    results_run_finish(to);
    return memory ? err_memory(e) : -1;
}
