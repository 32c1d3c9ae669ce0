/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/figure_table.h"

#include "cmd/report/report.h"
#include "cmd/session/state.h"

#include "plot/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS_MOST = 8, SERIES_MOST = 8, ROWS_LEAST = 8, ROWS_AROUND = 6 };

/* A line of the csv. */
struct line {
    size_t series; /* its number */
    double x[NUMBERS_MOST];
    size_t numbers;
};

struct lines {
    struct report *report; /* whose arena has the names */
    struct line *item;
    size_t count, room;
    char **name;
    size_t series, series_room;
};

static void fail_report(struct lines *l)
{
    l->report->text.failed = true;
}

/* Copies a name, which may stand in quotes, and returns what is behind it. */
static const char *read_name(const char *at, char *name, size_t room)
{
    const bool quoted = *at == '"';
    size_t n = 0;
    for (at += quoted; quoted ? *at && (*at != '"' || at[1] == '"') : *at && *at != ','; at++) {
        at += quoted && *at == '"';
        if (n + 1 < room)
            name[n++] = *at;
    }
    name[n] = 0;
    return at + quoted;
}

/* The number of a series; the newest one is the likeliest. */
static size_t series_of(struct lines *l, const char *name)
{
    for (size_t i = l->series; i-- > 0;)
        if (strcmp(l->name[i], name) == 0)
            return i;
    if (mem_room(&l->name, &l->series_room, l->series + 1, sizeof *l->name) ||
        !(l->name[l->series] = arena_text(&l->report->arena, name, strlen(name)))) {
        fail_report(l);
        return 0;
    }
    return l->series++;
}

static const char *read_line(struct lines *l, const char *at)
{
    char name[400];
    struct line one = {0};
    at = read_name(at, name, sizeof name);
    one.series = series_of(l, name);
    while (*at == ',') {
        char *end;
        const double x = *++at == ',' || *at == '\n' ? (double)NAN : strtod(at, &end);
        at += strcspn(at, ",\n");
        if (one.numbers < NUMBERS_MOST)
            one.x[one.numbers++] = x;
    }
    if (mem_room(&l->item, &l->room, l->count + 1, sizeof *l->item))
        fail_report(l);
    else
        l->item[l->count++] = one;
    return at + (*at == '\n');
}

static void read_csv(struct lines *l, const struct figure *f)
{
    const char *at = f->csv.text ? f->csv.text : "";
    while (*at && !l->report->text.failed)
        at = read_line(l, at);
}

static void lines_finish(struct lines *l)
{
    mem_free(l->item);
    mem_free(l->name);
}

static struct report_table *make_table(struct report *r, size_t columns)
{
    struct report_table *t = arena_new(&r->arena, 1, sizeof *t);
    struct report_column *c = arena_new(&r->arena, columns, sizeof *c);
    if (!t || !c) {
        r->text.failed = true;
        return NULL;
    }
    t->column = c;
    t->columns = columns;
    return t;
}

static struct report_column *column_of(const struct report_table *t, size_t i)
{
    return (struct report_column *)&t->column[i];
}

/* As in the head of the csv. */
static const char *number_name(struct report *r, size_t i)
{
    static const char *const first[] = {"x", "y", "z"};
    char text[40];
    if (i < sizeof first / sizeof *first)
        return first[i];
    snprintf(text, sizeof text, "column_%zu", i + 1);
    const char *copy = arena_text(&r->arena, text, strlen(text));
    r->text.failed = r->text.failed || !copy;
    return copy ? copy : "";
}

static size_t widest_row(const struct lines *l)
{
    size_t n = 2;
    for (size_t i = 0; i < l->count; i++)
        n = l->item[i].numbers > n ? l->item[i].numbers : n;
    return n;
}

/* Rows as they stand, for machines all of them, or for people the first ones. */
static void add_rows(struct lines *l, enum report_audience who, size_t most)
{
    struct report *r = l->report;
    const size_t numbers = widest_row(l);
    struct report_table *t = make_table(r, 1 + numbers);
    if (!t)
        return;
    const bool people = who == REPORT_FOR_PEOPLE;
    t->key = people ? NULL : "rows";
    *column_of(t, 0) =
        (struct report_column){people ? "series" : NULL, people ? NULL : "series", REPORT_WORDS};
    for (size_t i = 0; i < numbers; i++) {
        const char *name = number_name(r, i);
        *column_of(t, 1 + i) =
            (struct report_column){people ? name : NULL, people ? NULL : name, REPORT_FIGURE};
    }
    report_table(r, t);
    for (size_t i = 0; i < l->count && i < most; i++) {
        report_row(r, who);
        report_text(r, NULL, l->name[l->item[i].series]);
        for (size_t k = 0; k < l->item[i].numbers; k++)
            report_known(r, l->item[i].x[k]);
    }
    report_close(r);
}

static int rising(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* All x, each once; NULL without memory. */
static double *all_x(const struct lines *l, size_t *count)
{
    double *x = mem_new(l->count, sizeof *x);
    size_t n = 0;
    if (!x)
        return NULL;
    for (size_t i = 0; i < l->count; i++)
        x[i] = l->item[i].x[0];
    qsort(x, l->count, sizeof *x, rising);
    for (size_t i = 0; i < l->count; i++)
        if (!n || x[i] > x[n - 1])
            x[n++] = x[i];
    *count = n;
    return x;
}

/* Running means are for the eye alone. */
static bool is_smooth(const char *name)
{
    static const char end[] = " (smooth)";
    const size_t n = strlen(name);
    return n >= sizeof end && strcmp(name + n - (sizeof end - 1), end) == 0;
}

/* Whether each series goes on by x, and they share most of it. */
static bool shares_x(const struct lines *l, size_t xs)
{
    size_t longest = 0, run = 0, shown = 0;
    for (size_t i = 0; i < l->count; i++) {
        const bool first = !i || l->item[i].series != l->item[i - 1].series;
        run = first ? 1 : run + 1;
        longest = run > longest ? run : longest;
        if (isnan(l->item[i].x[0]) || (!first && !(l->item[i].x[0] > l->item[i - 1].x[0])))
            return false;
    }
    for (size_t i = 0; i < l->series; i++)
        shown += !is_smooth(l->name[i]);
    return shown <= SERIES_MOST && 2 * xs <= 3 * longest;
}

static void add_at(struct lines *l, double x)
{
    report_row(l->report, REPORT_FOR_PEOPLE);
    report_number(l->report, NULL, x);
    for (size_t s = 0; s < l->series; s++) {
        double y = (double)NAN;
        if (is_smooth(l->name[s]))
            continue;
        for (size_t i = 0; i < l->count; i++)
            if (l->item[i].series == s && l->item[i].x[0] <= x && l->item[i].x[0] >= x &&
                l->item[i].numbers > 1)
                y = l->item[i].x[1];
        report_known(l->report, y);
    }
}

/* Series beside each other. */
static void add_beside(struct lines *l, const char *name, const double *x, size_t count,
                       size_t most)
{
    const size_t shown = count < most ? count : most;
    struct report_table *t = make_table(l->report, 1 + l->series);
    size_t columns = 1;
    if (!t)
        return;
    *column_of(t, 0) = (struct report_column){name, NULL, REPORT_FIGURE};
    for (size_t i = 0; i < l->series; i++)
        if (!is_smooth(l->name[i]))
            *column_of(t, columns++) = (struct report_column){l->name[i], NULL, REPORT_FIGURE};
    t->columns = columns;
    report_table(l->report, t);
    for (size_t i = 0; i < shown; i++)
        add_at(l, x[shown > 1 ? i * (count - 1) / (shown - 1) : 0]);
    report_close(l->report);
    if (shown < count)
        str_addf(report_note(l->report),
                 "%zu of %zu rows, spread evenly; --json and plot save \"x.csv\" have all\n", shown,
                 count);
}

static size_t rows_shown(const struct session *s)
{
    const size_t height = s->host->height ? s->host->height : 24;
    return height > ROWS_AROUND + ROWS_LEAST ? height - ROWS_AROUND : ROWS_LEAST;
}

static void add_for_people(const struct session *s, struct lines *l, const struct figure *f)
{
    const size_t most = rows_shown(s);
    size_t count;
    double *x = all_x(l, &count);
    if (!x) {
        fail_report(l);
    } else if (!f->plane && shares_x(l, count)) {
        add_beside(l, f->x ? f->x : "x", x, count, most);
    } else {
        add_rows(l, REPORT_FOR_PEOPLE, most);
        if (most < l->count)
            str_addf(report_note(l->report),
                     "the first %zu of %zu rows; --json and plot save \"x.csv\" have all\n", most,
                     l->count);
    }
    mem_free(x);
}

void figure_table(const struct session *s, struct report *r, const struct figure *f)
{
    struct lines l = {.report = r};
    read_csv(&l, f);
    if (!r->text.failed)
        add_rows(&l, REPORT_FOR_MACHINES, l.count);
    if (!r->text.failed)
        add_for_people(s, &l, f);
    lines_finish(&l);
}

/* What a series comes to. */
struct series_extent {
    size_t points;
    double first, last, least, most;
};

static struct series_extent series_extent_of(const struct lines *l, size_t series, size_t column)
{
    struct series_extent x = {0, (double)NAN, (double)NAN, (double)NAN, (double)NAN};
    for (size_t i = 0; i < l->count; i++) {
        const struct line *one = &l->item[i];
        const double y = column < one->numbers ? one->x[column] : (double)NAN;
        if (one->series != series || isnan(y))
            continue;
        x.first = x.points++ ? x.first : y;
        x.last = y;
        x.least = y >= x.least ? x.least : y;
        x.most = y <= x.most ? x.most : y;
    }
    return x;
}

void figure_summary(struct report *r, const struct figure *f)
{
    static const struct report_column curve[] = {
        {"series", "series", REPORT_WORDS}, {"points", "points", REPORT_NUMBER},
        {"first", "first", REPORT_FIGURE},  {"last", "last", REPORT_FIGURE},
        {"least", "least", REPORT_FIGURE},  {"most", "most", REPORT_FIGURE}};
    static const struct report_table of = {
        .key = "series",
        .column = curve,
        .columns = sizeof curve / sizeof *curve,
        .line =
            "{series}: {points} points, first {first}, last {last}, least {least}, most {most}\n"};
    enum { MOST = 16 };
    struct lines l = {.report = r};
    read_csv(&l, f);
    report_table(r, &of);
    for (size_t i = 0; i < l.series && i < MOST && !r->text.failed; i++) {
        const struct series_extent x = series_extent_of(&l, i, f->plane ? 2 : 1);
        report_row(r, REPORT_FOR_ALL);
        report_text(r, NULL, l.name[i]);
        report_number(r, NULL, (double)x.points);
        report_known(r, x.first);
        report_known(r, x.last);
        report_known(r, x.least);
        report_known(r, x.most);
    }
    report_close(r);
    if (l.series > MOST)
        str_addf(report_note(r), "and %zu more\n", l.series - MOST);
    lines_finish(&l);
}
