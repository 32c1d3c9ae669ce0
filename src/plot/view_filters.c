/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"
#include "plot/request.h"
#include "plot/style.h"

#include <math.h>
#include <stdio.h>

enum { PIXELS_MOST = 40000, STRIPS_MOST = 64, PANELS_MOST = 4 };

/* A unit whose largest |w| is below this part of the kernel's largest is dead. */
static const double dead_below = 1e-3;

/* How the units of a kernel are laid out: tiles of w x h pixels with one pixel between them, or,
 * when the inputs are no square, strips below each other. */
struct tiles {
    const real *kernel; /* [inputs][units] */
    size_t inputs, units;
    size_t w, h, gap, cols, rows, shown;
    double *largest; /* |w| of each unit shown */
    double most;     /* and of the kernel */
    size_t dead;     /* of those shown */
};

static void lay_out_picture(struct tiles *t)
{
    const size_t most = PIXELS_MOST / t->inputs ? PIXELS_MOST / t->inputs : 1;
    if (!t->gap) {
        t->shown = t->units < STRIPS_MOST ? t->units : STRIPS_MOST;
        t->shown = t->shown < most ? t->shown : most;
        t->cols = 1;
    } else {
        t->shown = t->units < most ? t->units : most;
        t->cols = (size_t)lround(sqrt((double)t->shown * 1.4));
        t->cols = t->cols < t->shown ? t->cols : t->shown;
    }
    t->rows = (t->shown + t->cols - 1) / t->cols;
}

/* One character a pixel, so many of them between the margins that add_text sets. */
static void text_pixels(const struct view_request *r, size_t *width, size_t *height)
{
    enum { BESIDE = 2, ABOVE_AND_BELOW = 3 };
    *width = page_columns(r) - BESIDE;
    *height = page_rows(r) - ABOVE_AND_BELOW;
}

static int lay_out_text(const struct view_request *r, struct tiles *t, struct err *e)
{
    size_t width, height;
    text_pixels(r, &width, &height);
    const size_t rows = (height + t->gap) / (t->h + t->gap);
    t->cols = (width + t->gap) / (t->w + t->gap);
    t->cols = t->gap ? t->cols : t->cols > 0;
    if (!t->cols || !rows) {
        err_at(e, r->place, "a tile of %zux%zu characters is too large for this terminal", t->h,
               t->w);
        return err_hint(e, "write it to a file: plot save \"filters.png\"");
    }
    t->shown = t->cols * rows < t->units ? t->cols * rows : t->units;
    t->rows = (t->shown + t->cols - 1) / t->cols;
    return 0;
}

static double unit_weight(const struct tiles *t, size_t unit, size_t input)
{
    return (double)t->kernel[input * t->units + unit];
}

static bool is_dead(const struct tiles *t, size_t unit)
{
    return t->largest[unit] <= dead_below * t->most;
}

static int measure(struct tiles *t, struct err *e)
{
    if (!(t->largest = mem_new(t->shown, sizeof *t->largest)))
        return err_memory(e);
    for (size_t i = 0; i < t->inputs * t->units; i++)
        t->most = fmax(t->most, fabs((double)t->kernel[i]));
    for (size_t u = 0; u < t->shown; u++) {
        for (size_t i = 0; i < t->inputs; i++)
            t->largest[u] = fmax(t->largest[u], fabs(unit_weight(t, u, i)));
        t->dead += is_dead(t, u);
    }
    return 0;
}

static int tiles_make(const struct view_request *r, const struct model *m, const struct weight *w,
                      struct tiles *t, struct err *e)
{
    *t = (struct tiles){.kernel = m->state.weight + w->at, .units = shape_last(&w->shape)};
    t->inputs = w->count / t->units;
    const size_t side = (size_t)lround(sqrt((double)t->inputs));
    t->gap = side > 1 && side * side == t->inputs;
    t->w = t->gap ? side : t->inputs;
    t->h = t->gap ? side : 1;
    if (t->inputs > PIXELS_MOST) {
        err_at(e, r->place, "%s has %zu inputs, too many to draw", w->path, t->inputs);
        return err_hint(e, "plot weights shows how they are distributed");
    }
    if (!r->text)
        lay_out_picture(t);
    else if (lay_out_text(r, t, e))
        return -1;
    return measure(t, e);
}

/* The unit and the input that a pixel shows; false between tiles. */
static bool find(const struct tiles *t, size_t x, size_t y, size_t *unit, size_t *input)
{
    const size_t col = x / (t->w + t->gap), row = y / (t->h + t->gap);
    const size_t dx = x % (t->w + t->gap), dy = y % (t->h + t->gap);
    *unit = row * t->cols + col;
    *input = dy * t->w + dx;
    return dx < t->w && dy < t->h && col < t->cols && *unit < t->shown;
}

static size_t pixels(size_t count, size_t size, size_t gap)
{
    return count * (size + gap) - gap;
}

/* Pixels row by row: x, y, the weight, and its part of its unit's largest. What lies between the
 * tiles goes to gnuplot alone. */
static void add_pixels(struct figure *f, const struct tiles *t, const char *name, char block[16])
{
    const size_t width = pixels(t->cols, t->w, t->gap), height = pixels(t->rows, t->h, t->gap);
    figure_begin(f, block);
    figure_series(f, name);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            size_t unit, input;
            if (!find(t, x, y, &unit, &input)) {
                str_addf(&f->program, "%zu %zu NaN NaN\n", x, y);
                continue;
            }
            const double w = unit_weight(t, unit, input);
            figure_row(f,
                       (const double[]){(double)x, (double)y, w,
                                        is_dead(t, unit) ? 0 : w / t->largest[unit]},
                       4);
        }
    figure_end(f);
}

static void add_caption(struct str *to, const struct tiles *t, const char *name)
{
    str_addf(to, "%s, ", name);
    if (t->shown < t->units)
        str_addf(to, "the first %zu of %zu units", t->shown, t->units);
    else
        str_addf(to, "%zu unit%s", t->units, t->units == 1 ? "" : "s");
    if (t->gap)
        str_addf(to, " of %zux%zu", t->h, t->w);
    else
        str_addf(to, " of %zu", t->inputs);
    str_addf(to, ", largest %.3g", t->most);
    if (t->dead)
        str_addf(to, ", %zu dead", t->dead);
}

static void mark_dead(struct str *to, const struct tiles *t)
{
    str_add(to, "unset object\n"
                "set object rectangle from graph 0, graph 0 to graph 1, graph 1 behind fillcolor "
                "rgb '" STYLE_INK "' fillstyle solid noborder\n");
    for (size_t u = 0; u < t->shown; u++) {
        const double x = (double)(u % t->cols * (t->w + t->gap)) - 0.5;
        const double y = (double)(u / t->cols * (t->h + t->gap)) - 0.5;
        if (is_dead(t, u))
            str_addf(to,
                     "set object rectangle from %g, %g to %g, %g front fillcolor rgb '#D0D0D0' "
                     "fillstyle solid noborder\n",
                     x, y, x + (double)t->w, y + (double)t->h);
    }
}

static void set_ranges(struct str *to, const struct tiles *t, double margin)
{
    const double width = (double)pixels(t->cols, t->w, t->gap);
    const double height = (double)pixels(t->rows, t->h, t->gap);
    str_addf(to, "set xrange [%g:%g]\nset yrange [%g:%g]\n", -0.5 - margin, width - 0.5 + margin,
             height - 0.5 + margin, -0.5 - margin);
}

static void add_strip_axes(struct str *to, const struct tiles *t)
{
    str_add(to, "set size noratio\nset border\nset tics nomirror out\n"
                "set xlabel 'input (the first is 0)'\nset ylabel 'unit (the first is 0)'\n");
    style_tics(to, "x", 0, (double)t->inputs, 10, 1);
    style_tics(to, "y", 0, (double)t->shown, 8, 1);
}

static void add_picture(struct figure *f, const struct tiles *t, const char *block)
{
    struct str *to = &f->program;
    mark_dead(to, t);
    set_ranges(to, t, t->gap ? 1 : 0);
    if (t->gap)
        str_add(to, "set size ratio -1\nunset tics\nunset border\nunset xlabel\nunset ylabel\n");
    else
        add_strip_axes(to, t);
    str_add(to, "set cbrange [-1:1]\nset palette defined " STYLE_SIGNED "\n"
                "set cbtics ('-largest' -1, '0' 0, '+largest' 1)\n");
    str_addf(to, "plot %s using 1:2:4 with @IMAGE notitle\n", block);
}

/* Signs of five strengths. */
static const struct {
    char sign;
    double from, below;
} levels[] = {{'=', -2, -0.6}, {'-', -0.6, -0.2}, {'.', -0.2, 0.2}, {'+', 0.2, 0.6}, {'#', 0.6, 2}};

static bool any_between(const struct tiles *t, double from, double below)
{
    for (size_t u = 0; u < t->shown; u++)
        for (size_t i = 0; i < t->inputs; i++) {
            const double x = is_dead(t, u) ? 0 : unit_weight(t, u, i) / t->largest[u];
            if (x >= from && x < below)
                return true;
        }
    return false;
}

static void add_text(const struct view_request *r, struct figure *f, const struct tiles *t,
                     const char *block)
{
    struct str plot = {0};
    size_t width, height;
    text_pixels(r, &width, &height);
    str_addf(&f->program,
             "unset tics\nunset border\nunset key\nset lmargin 1\nset rmargin 1\nset tmargin 1\n"
             "set bmargin 2\nset xlabel 'part of the unit''s largest: = below -0.6, - below -0.2, "
             ". small, + from 0.2, # from 0.6'\nset xrange [0:%zu]\nset yrange [%zu:0]\n",
             width - 1, height - 1);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (!any_between(t, levels[i].from, levels[i].below))
            continue;
        style_next(&plot);
        str_addf(&plot, "%s using 1:($4>=%g&&$4<%g?$2:NaN) with points pt '%c' lc rgb '%s' notitle",
                 block, levels[i].from, levels[i].below, levels[i].sign,
                 levels[i].from < -0.2  ? style_colour(ORANGE)
                 : levels[i].from < 0.2 ? STYLE_GREY
                                        : style_colour(BLUE));
    }
    style_plot(&f->program, &plot);
    str_finish(&plot);
}

/* The title of a panel; alone, it says everything. */
static void set_title(const struct view_request *r, const struct tiles *t, const char *name,
                      const struct kernels_of *k, struct str *to)
{
    struct str title = {0}, caption = {0};
    add_caption(&caption, t, name);
    style_heading(&title, r, "filters");
    str_addf(&title, ", %s", caption.text ? caption.text : "");
    to->failed = to->failed || caption.failed || title.failed;
    size_t width, height;
    text_pixels(r, &width, &height);
    const bool fits = !r->text || title.size <= width;
    if (r->text && caption.size > width) {
        str_finish(&caption);
        str_addf(&caption, "%s, %zu of %zu units", name, t->shown, t->units);
    }
    style_title(to, k->rows * k->cols == 1 && fits ? &title : &caption, k->cols);
    str_finish(&caption);
    str_finish(&title);
}

static int add_panel(const struct view_request *r, const struct kernels_of *k, size_t i,
                     struct figure *f, struct err *e)
{
    const struct model *m = k->at[i].model;
    struct tiles t = {0};
    struct str name = {0};
    char block[16];
    request_name(&name, r, m, k->at[i].weight->path);
    int bad = name.failed ? err_memory(e) : tiles_make(r, m, k->at[i].weight, &t, e);
    if (!bad) {
        set_title(r, &t, name.text, k, &f->program);
        add_pixels(f, &t, name.text, block);
        if (r->text)
            add_text(r, f, &t, block);
        else
            add_picture(f, &t, block);
    }
    mem_free(t.largest);
    str_finish(&name);
    return bad;
}

static int fill(const struct view_request *r, const struct kernels_of *k, struct figure *f,
                struct err *e)
{
    const size_t places = k->rows * k->cols;
    style_begin(f, r);
    str_add(&f->program, "unset key\nunset grid\n");
    if (places > 1)
        style_panels(&f->program, r, "filters", k->rows, k->cols);
    for (size_t i = 0; i < places; i++)
        if (!k->at[i].model)
            str_add(&f->program, "set multiplot next\n");
        else if (add_panel(r, k, i, f, e))
            return -1;
    if (places > 1)
        style_panels_end(&f->program);
    return 0;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct kernels_of k;
    if (request_kernels(r, "filters", r->text ? 1 : PANELS_MOST, &k, e))
        return -1;
    if (k.cols == 1) {
        /* Models with one kernel each need not stand below each other. */
        k.cols = k.rows > 1 ? 2 : 1;
        k.rows = (k.rows + k.cols - 1) / k.cols;
    }
    return request_done(f, fill(r, &k, f, e), e);
}

const struct view_kind view_filters = {
    .entry =
        {
            .name = "filters",
            .summary = "what each unit of a kernel looks for: its incoming weights as a tile",
            .details =
                "One tile for each unit, with one pixel for each input: orange is negative, white "
                "0, blue positive. Each tile is scaled by its own largest |w|, so that quiet units "
                "show as well as loud ones. A unit whose largest |w| is below a thousandth of the "
                "kernel's is called dead and its tile is plain grey. When the number of inputs is "
                "a "
                "square the tile is one, read row by row from the top left; else each unit is a "
                "strip.",
            .example = "data digits target=input\ninput 64\ndense 16 sigmoid as code\n"
                       "dense 64 sigmoid\ntrain 1\nplot filters code\n",
        },
    .draw = draw,
};
