/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"
#include "plot/request.h"
#include "plot/style.h"
#include "plot/traces.h"

#include <math.h>

enum { PANELS_MOST = 6, RIDGES_MOST = 16, COLUMNS_LEAST = 4, COLUMNS_MOST = 100 };

/* Some histograms of one trace, over one range. */
struct ridges {
    const struct view_request *r;
    const struct model *model;
    const struct trace *trace;
    size_t row[RIDGES_MOST], count;
    double low, high;
};

static const float *row_of(const struct ridges *t, size_t i)
{
    return t->trace->row + t->row[i] * t->trace->width;
}

static double step_of(const struct ridges *t, size_t i)
{
    return t->trace->step[t->row[i]];
}

static struct ridges ridges_of(const struct view_request *r, const struct model *m,
                               const struct trace *trace, size_t most)
{
    struct ridges t = {.r = r, .model = m, .trace = trace};
    t.count = traces_rows(trace, most, t.row);
    for (size_t i = 0; i < t.count; i++) {
        t.low = fmin(t.low, (double)row_of(&t, i)[TRACE_LOW]);
        t.high = fmax(t.high, (double)row_of(&t, i)[TRACE_HIGH]);
    }
    const double pad = t.low < t.high ? 0.02 * (t.high - t.low) : 1;
    t.low -= pad;
    t.high += pad;
    return t;
}

/* The middle of a bin; a histogram of one number alone is a bin in width. */
static double bin_at(const float *row, double part)
{
    return (double)row[TRACE_LOW] + part * ((double)row[TRACE_HIGH] - (double)row[TRACE_LOW]);
}

static double tallest_bar(const float *row)
{
    double most = 0;
    for (size_t b = 0; b < TRACE_BINS; b++)
        most = fmax(most, (double)row[TRACE_BINS_AT + b]);
    return most;
}

/* Value and share of each bin, between two points on the ground. */
static void add_ridge(struct figure *f, const struct ridges *t, size_t i, char block[16])
{
    const float *row = row_of(t, i);
    struct str name = {0};
    request_name(&name, t->r, t->model, t->trace->name);
    str_addf(&name, " step %.0f", step_of(t, i));
    figure_begin(f, block);
    figure_series(f, name.failed ? "" : name.text);
    f->program.failed = f->program.failed || name.failed;
    str_finish(&name);
    for (size_t b = 0; b < TRACE_BINS; b++)
        figure_row(f,
                   (const double[]){bin_at(row, ((double)b + 0.5) / TRACE_BINS),
                                    (double)row[TRACE_BINS_AT + b]},
                   2);
    figure_end(f);
}

/* The ridge nearest to the eye is the newest and drawn last; it stands lowest, so that those of
 * earlier steps rise behind it. */
static void add_shape(struct str *plot, const struct ridges *t, size_t i, const char *block)
{
    const double most = tallest_bar(row_of(t, i)), base = (double)(t->count - 1 - i);
    const double scale = most > 0 ? 1.8 / most : 0;
    const uint64_t event = traces_event(t->model);
    const bool after = event && step_of(t, i) > (double)event;
    style_next(plot);
    str_addf(plot, "%s using 1:(%g):(%g+%.9g*$2) with filledcurves lc rgb '%s' notitle", block,
             base, base, scale, style_colour(after ? ORANGE : BLUE));
    style_next(plot);
    str_addf(plot, "%s using 1:(%g+%.9g*$2) with lines lc rgb 'white' lw 1 notitle", block, base,
             scale);
}

static void set_title(struct str *to, const struct ridges *t, size_t cols)
{
    struct str title = {0};
    if (cols == 1) {
        style_heading(&title, t->r, "ridge");
        str_addf(&title, ", %s", t->trace->name);
        style_head_as(to, t->r, &title);
    } else {
        request_name(&title, t->r, t->model, t->trace->name);
        style_title(to, t->r, &title, cols);
    }
    str_finish(&title);
}

static void set_up(struct str *to, const struct ridges *t, size_t cols)
{
    str_addf(to, "set xrange [%.9g:%.9g]\nset yrange [-0.3:%g]\nset ytics (", t->low, t->high,
             (double)t->count + 0.9);
    for (size_t i = 0; i < t->count; i++)
        str_addf(to, "%s'%.0f' %zu", i ? ", " : "", step_of(t, i), t->count - 1 - i);
    str_add(to, ") scale 0\nunset label\nset rmargin 9\n");
    for (size_t i = 0; i < t->count; i++)
        str_addf(to, "set label '%.3g %%' at graph 1.01, first %zu left font ',9'\n",
                 100 * (double)row_of(t, i)[TRACE_ZEROS], t->count - 1 - i);
    str_addf(to,
             "set label 'are 0' at graph 1.01, first %g left font ',9'\nset xlabel 'output'\n"
             "set ylabel 'step'\n",
             (double)t->count + 0.3);
    style_tics(to, "x", t->low, t->high, cols > 1 ? 5 : 10, 0);
    set_title(to, t, cols);
}

static void add_picture(struct figure *f, const struct ridges *t, size_t cols)
{
    struct str plot = {0};
    for (size_t i = 0; i < t->count; i++) {
        char block[16];
        add_ridge(f, t, i, block);
        add_shape(&plot, t, i, block);
    }
    set_up(&f->program, t, cols);
    style_plot(&f->program, &plot);
    str_finish(&plot);
}

/* A line of characters: how much of a row lies in each part of the range. */
static void add_line(struct str *to, const struct ridges *t, size_t i, size_t columns)
{
    static const char ramp[] = " .:-=+*%#@";
    const float *row = row_of(t, i);
    double sum[COLUMNS_MOST] = {0}, most = 0;
    for (size_t b = 0; b < TRACE_BINS; b++)
        for (int part = 0; part < 4; part++) {
            const double x = bin_at(row, ((double)b + (part + 0.5) / 4) / TRACE_BINS);
            const size_t at = (size_t)((x - t->low) / (t->high - t->low) * (double)columns);
            sum[at < columns ? at : columns - 1] += (double)row[TRACE_BINS_AT + b] / 4;
        }
    for (size_t c = 0; c < columns; c++)
        most = fmax(most, sum[c]);
    str_addf(to, "set label '%8.0f |", step_of(t, i));
    for (size_t c = 0; c < columns; c++)
        str_bytes(to, &ramp[sum[c] > 0 ? 1 + (size_t)(8 * sum[c] / most) : 0], 1);
    str_addf(to, "| %3.0f%%' at 0, %zu\n", 100 * (double)row[TRACE_ZEROS], i);
}

static void add_text(struct figure *f, const struct ridges *t)
{
    enum { BESIDE = 18 };
    const size_t room = page_grid_columns(t->r) > BESIDE + COLUMNS_LEAST
                            ? page_grid_columns(t->r) - BESIDE
                            : COLUMNS_LEAST;
    struct str label = {0};
    char block[16];
    for (size_t i = 0; i < t->count; i++)
        add_ridge(f, t, i, block);
    str_addf(&label, "step | output from %.3g to %.3g | share exactly 0", t->low, t->high);
    page_grid(&f->program, t->r, label.text ? label.text : "");
    f->program.failed = f->program.failed || label.failed;
    for (size_t i = 0; i < t->count; i++)
        add_line(&f->program, t, i, room < COLUMNS_MOST ? room : COLUMNS_MOST);
    set_title(&f->program, t, 1);
    str_add(&f->program, "plot NaN notitle\n");
    str_finish(&label);
}

static void add_panel(struct figure *f, const struct view_request *r, const struct traces_of *k,
                      size_t i)
{
    const size_t lines = page_grid_rows(r);
    const bool alone = k->rows * k->cols == 1;
    const size_t room = r->text ? lines : alone ? RIDGES_MOST : RIDGES_MOST / 2;
    const size_t most = room < RIDGES_MOST ? room : RIDGES_MOST;
    const struct ridges t = ridges_of(r, k->at[i].model, k->at[i].trace, most);
    if (r->text)
        add_text(f, &t);
    else
        add_picture(f, &t, alone ? 1 : k->cols);
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct traces_of k;
    if (traces_find(r, "ridge", TRACE_HISTOGRAM, r->text ? 1 : PANELS_MOST, &k, e))
        return -1;
    style_begin(f, r);
    f->x = "output";
    str_add(&f->program, "unset grid\nunset key\nset style fill solid 0.85 noborder\n");
    traces_panels(f, r, "ridge", &k, add_panel);
    return request_done(f, 0, e);
}

const struct view_kind view_ridge = {
    .entry =
        {
            .name = "ridge",
            .summary = "histograms of a layer's outputs, one behind the other, by step",
            .details =
                "Up to 16 points of the history (8 where panels stand beside each other), the "
                "newest in front: how the numbers that a layer "
                "put out in the batch of that step are distributed, those that are exactly 0 left "
                "out; the share of these stands on the right. Each ridge has its own height. What "
                "came after the newest change is orange. There is a point at the end of each "
                "epoch, and every N steps from watch ridge LAYER every N on; when there are 128 of "
                "them every other one goes.",
            .example = "data moons 200\ninput 2\ndense 8 relu activity=l1(1e-2) as hidden\n"
                       "dense 1 sigmoid\ntrain 3\nplot ridge hidden\n",
        },
    .draw = draw,
    .traces = true,
};
