/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/curve.h"

#include <math.h>
#include <string.h>

enum { POINTS_MOST = 1000, SMOOTH_FROM = 101, MARKED_MOST = 25 };

static void widen_extent(double range[2], double x, bool first)
{
    range[0] = first || x < range[0] ? x : range[0];
    range[1] = first || x > range[1] ? x : range[1];
}

void curve_measure(struct extent_of *to, const struct series *s)
{
    for (size_t i = 0; i < series_points(s); i++) {
        if (!isfinite(series_value(s, i)))
            continue;
        widen_extent(to->x, series_step(s, i), !to->any);
        widen_extent(to->y, series_value(s, i), !to->any);
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
static void log_tics(struct str *to, double low, double high, bool small)
{
    static const double parts[] = {1, 2, 5};
    const int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
    const bool few = high / low < (small ? 10 : 1000);
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

static struct axis log_axis(struct str *to, const struct page *p, const struct extent_of *of)
{
    const double pad = fmax(log(1.15), page_margin_y(p) * log(of->y[1] / of->y[0]));
    const struct axis a = {of->y[0] / exp(pad), of->y[1] * exp(pad), true};
    str_add(to, "set logscale y\n");
    log_tics(to, a.low, a.high, page_is_small(p));
    str_addf(to, "set yrange [%.9g:%.9g]\n", a.low, a.high);
    return a;
}

struct axis curve_axis(struct str *to, const struct page *p, const struct extent_of *of, bool log)
{
    if (log)
        return log_axis(to, p, of);
    const double low = of->y[0] > 0 ? 0 : of->y[0], high = of->y[1];
    const double part = fmax(0.05, page_margin_y(p));
    const double pad = low < high ? part * (high - low) : low < 0 ? -part * low : 1;
    const bool touches = of->y[0] <= 0;
    const double below = page_margin_y(p) > 0 || low < 0 ? pad : touches ? 0.4 * pad : 0;
    const struct axis a = {low - below, high + pad, false};
    str_addf(to, "set yrange [%.9g:%.9g]\n", a.low, a.high);
    if (page_is_small(p))
        style_tics_from(to, "y", low, a.high, 3);
    if (page_margin_y(p) > 0)
        style_tics_from(to, "y", low, high > low ? high : low + pad, 6);
    return a;
}

/* An exponential running mean whose weights sum to 1 from the first point on. */
static void smooth(const double *from, double *to, size_t n)
{
    const double width = fmax(5, (double)n / 100), keep = 1 - 1 / width;
    double sum = 0, weight = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(from[i])) {
            sum = keep * sum + (1 - keep) * from[i];
            weight = keep * weight + (1 - keep);
        }
        to[i] = isfinite(from[i]) ? sum / weight : (double)NAN;
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
    f->x = "step";
    for (size_t i = 0; i < n; i++)
        figure_row(f, (const double[]){few[0][i], few[1][i]}, 2);
    figure_end(f);
    mem_free(few);
    return 0;
}

/* The points of a curve, and their running mean. */
struct points {
    double *x, *y, *mean;
    size_t count;
};

static void points_finish(struct points *p)
{
    mem_free(p->x);
    mem_free(p->y);
    mem_free(p->mean);
}

static int points_make(struct points *p, const struct series *s)
{
    const size_t n = series_points(s);
    *p = (struct points){mem_new(n, sizeof(double)), mem_new(n, sizeof(double)),
                         mem_new(n, sizeof(double)), n};
    if (!p->x || !p->y || !p->mean) {
        points_finish(p);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        p->x[i] = series_step(s, i);
        p->y[i] = series_value(s, i);
    }
    smooth(p->y, p->mean, n);
    return 0;
}

static int add_blocks(struct figure *f, const struct curve *c, bool both, char raw[16],
                      char block[16])
{
    struct points p;
    struct str name = {0};
    if (points_make(&p, c->series))
        return -1;
    str_addf(&name, "%s (smooth)", c->name);
    int bad = name.failed || add_points(f, c->name, p.x, p.y, p.count, raw) ||
              (both && add_points(f, name.text, p.x, p.mean, p.count, block));
    str_finish(&name);
    points_finish(&p);
    return bad ? -1 : 0;
}

int curve_add(struct figure *f, struct str *plot, const struct view_request *r,
              const struct curve *c, size_t number, struct err *e)
{
    char raw[16], block[16];
    struct extent_of of = {0};
    struct pen pen = c->pen;
    const size_t points = series_points(c->series);
    const bool both = c->smooth && points >= SMOOTH_FROM;
    curve_measure(&of, c->series);
    if (!of.any)
        return 0;
    if (add_blocks(f, c, both, raw, block))
        return err_memory(e);
    if (both && !r->text) {
        style_next(plot);
        str_addf(plot, "%s using 1:%s with lines lc rgb '#B8%s' lw 1 notitle", raw, c->column,
                 style_colour(pen.colour) + 1);
    }
    pen.points = points <= MARKED_MOST;
    style_next(plot);
    str_addf(plot, "%s using 1:%s", both ? block : raw, c->column);
    style_pen(plot, r, pen, number);
    if (c->legend)
        style_legend(plot, c->legend);
    else
        str_add(plot, " notitle");
    return 0;
}

static const char *keep_text(struct curves *c, const char *text)
{
    const char *copy = text ? arena_text(&c->arena, text, strlen(text)) : NULL;
    c->failed = c->failed || (text && !copy);
    return copy;
}

void curves_take(struct curves *c, const struct curve *one)
{
    struct extent_of of = {0};
    curve_measure(&of, one->series);
    if (!of.any || c->failed)
        return;
    if (mem_room(&c->item, &c->room, c->count + 1, sizeof *c->item)) {
        c->failed = true;
        return;
    }
    struct curve *to = &c->item[c->count++];
    *to = *one;
    to->name = keep_text(c, one->name);
    to->legend = keep_text(c, one->legend);
}

void curves_finish(struct curves *c)
{
    arena_finish(&c->arena);
    mem_free(c->item);
    *c = (struct curves){0};
}

/* The last point that is drawn. */
static struct end end_of(const struct curve *c, const double x[2])
{
    const struct series *s = c->series;
    size_t i = series_points(s) - 1;
    while (i > 0 && !isfinite(series_value(s, i)))
        i--;
    return (struct end){.x = series_step(s, i),
                        .y = series_value(s, i),
                        .early = series_step(s, i) < x[1] - 0.08 * (x[1] - x[0]),
                        .colour = c->pen.colour,
                        .name = c->legend};
}

/* How many names stand at the ends: all that there are, or none. */
static size_t find_ends(const struct curves *c, const struct view_request *r, const double x[2],
                        unsigned across, struct end end[ENDS_MOST])
{
    if (c->count > ENDS_MOST || across > 1)
        return 0;
    for (size_t i = 0; i < c->count; i++) {
        end[i] = end_of(&c->item[i], x);
        if (!end[i].name)
            return 0;
    }
    return ends_suit(r, end, c->count) ? c->count : 0;
}

static int add_all(const struct curves *c, const struct view_request *r, bool named,
                   struct figure *f, struct str *plot, struct err *e)
{
    for (size_t i = 0; i < c->count; i++) {
        struct curve one = c->item[i];
        one.legend = named ? NULL : one.legend;
        if (curve_add(f, plot, r, &one, i, e))
            return -1;
    }
    return 0;
}

/* What stands round the curves. */
static void set_frame(const struct curves *c, const struct view_request *r,
                      const struct frame_of *frame, const struct extent_of *of,
                      const struct str *plot, struct str *to)
{
    struct end end[ENDS_MOST];
    double x[2];
    const size_t ends = find_ends(c, r, of->x, frame->across, end);
    const struct page page = page_for(r, frame->down, frame->across, plot);
    str_addf(to, "set xlabel '%s'\n", frame->xlabel);
    curve_steps(to, &page, of, frame->tics, x);
    const struct axis axis =
        curve_axis(to, &page, of, frame->log_from > 0 && curve_is_log(of, frame->log_from));
    str_addf(to, "set ylabel '%s%s' noenhanced\n",
             frame->ylabel && !(r->text && frame->across > 1) ? frame->ylabel : "",
             frame->ylabel && axis.log && !(r->text && frame->across > 1) ? " (log scale)" : "");
    page_legend(to, &page, frame->xlabel);
    if (ends)
        ends_add(to, r, end, ends, &axis, frame->down);
    style_events(to, r, frame->first, frame->models, x, frame->labels);
}

int curves_draw(const struct curves *c, const struct view_request *r, const struct frame_of *frame,
                struct figure *f, struct err *e)
{
    struct end end[ENDS_MOST];
    struct extent_of of = {0};
    struct str plot = {0};
    if (c->failed)
        return err_memory(e);
    for (size_t i = 0; i < c->count; i++)
        curve_measure(&of, c->item[i].series);
    of = frame->extent ? *frame->extent : of;
    const int bad = add_all(c, r, find_ends(c, r, of.x, frame->across, end) > 0, f, &plot, e);
    if (!bad) {
        set_frame(c, r, frame, &of, &plot, &f->program);
        style_plot(&f->program, &plot);
    }
    str_finish(&plot);
    return bad;
}
