/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void figure_finish(struct figure *f)
{
    str_finish(&f->program);
    str_finish(&f->csv);
    str_finish(&f->series);
    *f = (struct figure){0};
}

bool figure_failed(const struct figure *f)
{
    return f->program.failed || f->csv.failed || f->series.failed;
}

/* How many bytes the UTF-8 character at `p` has; 0: it is broken (RFC 3629, section 4). */
static size_t character_bytes(const unsigned char *p)
{
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xf0 && p[1] < 0x90);
    bool outside = (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf4 && p[1] > 0x8f);
    return overlong || outside ? 0 : n;
}

static bool is_control(const unsigned char *p)
{
    return p[0] < 0x20 || p[0] == 0x7f || (p[0] == 0xc2 && p[1] < 0xa0);
}

/* gnuplot 5.4 does not see a doubled quote that begins a string or follows another (it looks at the
 * two characters behind one that is no quote): a space is put before such a one. */
static void add_quote(struct str *to, unsigned char before)
{
    str_add(to, before == '\'' ? " ''" : "''");
}

void figure_quote(struct str *to, const char *text)
{
    enum { MOST = 200 };
    const unsigned char *p = (const unsigned char *)text;
    unsigned char before = '\'';
    str_add(to, "'");
    for (size_t taken = 0; *p && taken < MOST;) {
        size_t n = character_bytes(p);
        if (n && !is_control(p)) {
            if (*p == '\'')
                add_quote(to, before);
            else
                str_bytes(to, (const char *)p, n);
            before = *p;
            taken++;
        }
        p += n ? n : 1;
    }
    str_add(to, "'");
}

void figure_begin(struct figure *f, char name[16])
{
    snprintf(name, 16, "$d%zu", ++f->blocks);
    str_addf(&f->program, "%s << EOD\n", name);
    figure_series(f, name + 1);
}

void figure_series(struct figure *f, const char *name)
{
    bool plain = !strpbrk(name, ",\"\r\n");
    f->series.size = 0;
    str_add(&f->series, plain ? "" : "\"");
    for (const char *p = name; *p; p++)
        str_bytes(&f->series, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
    str_add(&f->series, plain ? "" : "\"");
}

void figure_row(struct figure *f, const double *x, size_t n)
{
    if (f->series.failed)
        return;
    str_add(&f->csv, f->series.text ? f->series.text : "");
    for (size_t i = 0; i < n; i++) {
        char text[NUMBER_ROOM];
        snprintf(text, sizeof text, "%.9g", x[i]);
        str_add(&f->program, i ? " " : "");
        str_add(&f->program, isfinite(x[i]) ? text : "NaN");
        str_add(&f->csv, ",");
        str_add(&f->csv, isnan(x[i]) ? "" : text);
    }
    str_add(&f->program, "\n");
    str_add(&f->csv, "\n");
    f->columns = n > f->columns ? n : f->columns;
}

void figure_gap(struct figure *f)
{
    str_add(&f->program, "\n");
}

void figure_end(struct figure *f)
{
    str_add(&f->program, "EOD\n");
}

void figure_header(const struct figure *f, struct str *to)
{
    str_add(to, FIGURE_COLUMNS);
    if (f->columns > 2)
        str_add(to, ",z");
    for (size_t i = 4; i <= f->columns; i++)
        str_addf(to, ",column_%zu", i);
    str_add(to, "\n");
}

/* Adds the smallest and the largest of y[from..to) in the order they stand in; a stretch without
 * any number gives one gap. */
static size_t squeeze_bucket(const double *x, const double *y, size_t from, size_t to, double *to_x,
                             double *to_y)
{
    size_t low = from, high = from;
    for (size_t i = from + 1; i < to; i++) {
        if (isnan(y[low]) || y[i] < y[low])
            low = i;
        if (isnan(y[high]) || y[i] > y[high])
            high = i;
    }
    size_t first = low < high ? low : high, last = low < high ? high : low;
    to_x[0] = x[first];
    to_y[0] = y[first];
    if (first == last)
        return 1;
    to_x[1] = x[last];
    to_y[1] = y[last];
    return 2;
}

size_t figure_decimate(const double *x, const double *y, size_t n, size_t most, double *to_x,
                       double *to_y)
{
    size_t buckets = most / 2, count = 0;
    if (n <= most || !buckets) {
        count = n < most ? n : most;
        if (count) {
            memcpy(to_x, x, count * sizeof *x);
            memcpy(to_y, y, count * sizeof *y);
        }
        return count;
    }
    for (size_t b = 0; b < buckets; b++)
        count += squeeze_bucket(x, y, b * n / buckets, (b + 1) * n / buckets, to_x + count,
                                to_y + count);
    return count;
}
