/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/sweep_table.h"

#include "plot/style.h"

#include <math.h>
#include <stdio.h>

enum { LABELS_MOST = 12 };

int sweep_table_check(const struct view_request *r, const char *view, struct err *e)
{
    if (r->sweep && r->sweep->runs)
        return 0;
    err_at(e, r->place, "%s shows a sweep, and %s", view,
           r->sweep ? "no run of the last one was done" : "there is none yet");
    return err_hint(e, "make one first: sweep LAYER.kernel = l1(?) over 0 1e-3 1e-2 { train 5 }");
}

/* What the values' numbers are: all at least 0, and the range of those above it. */
struct spread {
    bool numbers, signs;
    double least, most;
};

static struct spread spread_of(const struct sweep_table *t)
{
    struct spread s = {.numbers = true, .least = INFINITY};
    for (size_t i = 0; i < t->values; i++) {
        const double x = t->number[i];
        s.numbers = s.numbers && isfinite(x);
        s.signs = s.signs || x < 0;
        if (x > 0) {
            s.least = fmin(s.least, x);
            s.most = fmax(s.most, x);
        }
    }
    return s;
}

static double drawn_at(const struct spread *s, bool log, double x)
{
    return !log ? x : x > 0 ? log10(x) : log10(s->least) - 1;
}

struct sweep_axis sweep_table_axis(struct str *to, const struct sweep_table *t, const char *axis,
                                   double *x)
{
    const struct spread s = spread_of(t);
    const bool log = s.numbers && !s.signs && s.most > 30 * s.least;
    const size_t stride = (t->values + LABELS_MOST - 1) / LABELS_MOST;
    const int column = axis[0] == 'x' ? 1 : 2;
    struct sweep_axis a = {.low = INFINITY, .high = -INFINITY};
    if (log)
        snprintf(a.column, sizeof a.column, "($%d>0?log10($%d):%.9g)", column, column,
                 log10(s.least) - 1);
    else
        snprintf(a.column, sizeof a.column, "%d", column);
    const size_t room = column == 2 ? 20 : 100 / ((t->values + stride - 1) / stride + 1);
    str_addf(to, "set %stics (", axis);
    for (size_t i = 0; i < t->values; i++) {
        x[i] = s.numbers ? t->number[i] : (double)i;
        const double at = drawn_at(&s, log, x[i]);
        a.low = fmin(a.low, at);
        a.high = fmax(a.high, at);
        if (i % stride)
            continue;
        str_add(to, i ? ", " : "");
        style_tic(to, t->label[i], room);
        str_addf(to, " %.9g", at);
    }
    const double pad = a.low < a.high ? 0.06 * (a.high - a.low) : 1;
    str_addf(to, ") noenhanced\nset %srange [%.9g:%.9g]\n", axis, a.low - pad, a.high + pad);
    return a;
}
