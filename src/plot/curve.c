/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/curve.h"

#include <math.h>

enum { POINTS_MOST = 1000, SMOOTH_FROM = 101, MARKED_MOST = 25 };

static void widen(double range[2], double x, bool first)
{
    range[0] = first || x < range[0] ? x : range[0];
    range[1] = first || x > range[1] ? x : range[1];
}

void curve_measure(struct extent_of *to, const struct series *s)
{
    for (size_t i = 0; i < s->count; i++) {
        if (!isfinite(s->value[i]))
            continue;
        widen(to->x, s->step[i], !to->any);
        widen(to->y, s->value[i], !to->any);
        to->any = true;
    }
}

bool curve_is_log(const struct extent_of *of, double spread)
{
    return of->any && of->y[0] > 0 && of->y[1] / of->y[0] > spread;
}

void curve_steps(struct str *to, const struct page *p, const struct extent_of *of, size_t tics,
                 double x[2])
{
    const bool one = of->x[0] >= of->x[1], near_zero = of->x[0] > 0 && of->x[0] < 0.1 * of->x[1];
    x[0] = near_zero && !one ? 0 : of->x[0] - one;
    x[1] = of->x[1] + one;
    const double pad = page_margin_x(p) * (x[1] - x[0]);
    str_addf(to, "set xrange [%.9g:%.9g]\n", x[0] - pad, x[1] + pad);
    style_tics(to, "x", x[0], x[1], tics, 1);
    x[0] -= pad;
    x[1] += pad;
}

/* Few decades get tics between the powers of ten, else there might be one tic alone. */
static void log_tics(struct str *to, double low, double high)
{
    static const double parts[] = {1, 2, 5};
    const int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
    const bool few = high / low < 1000;
    const int stride = 1 + (last - first) / 8;
    str_add(to, "set ytics (");
    for (int k = first, any = 0; k <= last; k += few ? 1 : stride)
        for (size_t i = 0; i < (few ? 3 : 1); i++) {
            const double at = parts[i] * pow(10, k);
            if (at >= low && at <= high)
                str_addf(to, "%s'%g' %g", any++ ? ", " : "", at, at);
        }
    str_add(to, ")\n");
}

static void log_axis(struct str *to, const struct page *p, const struct extent_of *of)
{
    const double pad = fmax(log(1.15), page_margin_y(p) * log(of->y[1] / of->y[0]));
    const double low = of->y[0] / exp(pad), high = of->y[1] * exp(pad);
    str_add(to, "set logscale y\n");
    log_tics(to, low, high);
    str_addf(to, "set yrange [%.9g:%.9g]\n", low, high);
}

void curve_axis(struct str *to, const struct page *p, const struct extent_of *of, bool log)
{
    if (log) {
        log_axis(to, p, of);
        return;
    }
    const double low = of->y[0] > 0 ? 0 : of->y[0], high = of->y[1];
    const double part = fmax(0.05, page_margin_y(p));
    const double pad = low < high ? part * (high - low) : low < 0 ? -part * low : 1;
    const bool below = low < 0 || page_margin_y(p) > 0;
    str_addf(to, "set yrange [%.9g:%.9g]\n", low - (below ? pad : 0), high + pad);
    if (page_margin_y(p) > 0)
        style_tics_from(to, "y", low, high > low ? high : low + pad, 6);
}

/* An exponential running mean whose weights sum to 1 from the first point on. */
static void smooth(const struct series *s, double *to)
{
    const double width = fmax(5, (double)s->count / 100), keep = 1 - 1 / width;
    double sum = 0, weight = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (isfinite(s->value[i])) {
            sum = keep * sum + (1 - keep) * s->value[i];
            weight = keep * weight + (1 - keep);
        }
        to[i] = isfinite(s->value[i]) ? sum / weight : (double)NAN;
    }
}

static int add_points(struct figure *f, const char *name, const double *x, const double *y,
                      size_t n, char block[16])
{
    double(*few)[POINTS_MOST] = mem_new(2, sizeof *few);
    if (!few)
        return -1;
    n = figure_decimate(x, y, n, POINTS_MOST, few[0], few[1]);
    figure_begin(f, block);
    figure_series(f, name);
    for (size_t i = 0; i < n; i++)
        figure_row(f, (const double[]){few[0][i], few[1][i]}, 2);
    figure_end(f);
    mem_free(few);
    return 0;
}

static int add_smooth(struct figure *f, const struct curve *c, char block[16])
{
    double *y = mem_new(c->series->count, sizeof *y);
    struct str name = {0};
    if (!y)
        return -1;
    smooth(c->series, y);
    str_addf(&name, "%s (smooth)", c->name);
    int bad = name.failed || add_points(f, name.text, c->series->step, y, c->series->count, block);
    str_finish(&name);
    mem_free(y);
    return bad ? -1 : 0;
}

int curve_add(struct figure *f, struct str *plot, const struct view_request *r,
              const struct curve *c, size_t number, struct err *e)
{
    char raw[16], block[16];
    const struct series *s = c->series;
    struct extent_of of = {0};
    struct pen pen = c->pen;
    curve_measure(&of, s);
    if (!of.any)
        return 0;
    if (add_points(f, c->name, s->step, s->value, s->count, raw))
        return err_memory(e);
    const bool both = c->smooth && s->count >= SMOOTH_FROM;
    if (both && add_smooth(f, c, block))
        return err_memory(e);
    if (both && !r->text) {
        style_next(plot);
        str_addf(plot, "%s using 1:%s with lines lc rgb '#B8%s' lw 1 notitle", raw, c->column,
                 style_colour(pen.colour) + 1);
    }
    pen.points = s->count <= MARKED_MOST;
    style_next(plot);
    str_addf(plot, "%s using 1:%s", both ? block : raw, c->column);
    style_pen(plot, r, pen, number);
    if (c->legend)
        style_legend(plot, c->legend);
    else
        str_add(plot, " notitle");
    return 0;
}
