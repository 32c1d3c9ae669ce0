/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"
#include "plot/request.h"
#include "plot/style.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BINS = 41 };

struct histogram {
    const struct weight *weight;
    double most;  /* the bins go from -most to most: the largest |w|, or of the kernels beside it */
    double own;   /* the largest |w| of this one */
    size_t zeros; /* exactly 0 */
    size_t bin[BINS], highest;
    double
        note; /* how much of a panel's height a line of text takes, in those of one panel alone */
};

static double largest(const real *w, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs((double)w[i]));
    return most;
}

static void count_weights(struct histogram *h, const real *w)
{
    for (size_t i = 0; i < h->weight->count; i++) {
        const double x = (double)w[i];
        double at = h->most > 0 ? (x / h->most + 1) / 2 * BINS : BINS / 2;
        size_t bin = !isfinite(at) || at < 0 ? 0 : at >= BINS ? BINS - 1 : (size_t)at;
        h->zeros += x == 0;
        h->bin[bin]++;
        h->highest = h->bin[bin] > h->highest ? h->bin[bin] : h->highest;
    }
}

static int rising(const void *a, const void *b)
{
    const size_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Whether one bin would dwarf the others: more than 20 times the median of those that hold
 * anything. */
static bool is_steep(const struct histogram *h)
{
    size_t sorted[BINS], n = 0;
    for (size_t i = 0; i < BINS; i++)
        if (h->bin[i])
            sorted[n++] = h->bin[i];
    if (!n)
        return false;
    qsort(sorted, n, sizeof *sorted, rising);
    return h->highest > 20 * sorted[n / 2];
}

static void add_bars(struct figure *f, const struct histogram *h, const char *name, char block[16])
{
    figure_begin(f, block);
    figure_series(f, name);
    for (size_t i = 0; i < BINS; i++) {
        const double most = h->most > 0 ? h->most : 1;
        const double centre = i == BINS / 2 ? 0 : ((2 * (double)i + 1) / BINS - 1) * most;
        figure_row(f, (const double[]){centre, (double)h->bin[i]}, 2);
    }
    figure_end(f);
}

static void set_axes(struct str *to, const struct page *page, const struct kernels_of *k, size_t i,
                     const struct histogram *h)
{
    const double most = h->most > 0 ? h->most : 1, high = 1.1 * (double)h->highest;
    const bool steep = is_steep(h), last = i + k->cols >= k->rows * k->cols;
    const double wide = most * fmax(1.02, 1 + 2 * page_margin_x(page));
    str_addf(to, "set xrange [%.9g:%.9g]\n", -wide, wide);
    style_tics(to, "x", -most, most, k->cols > 2 ? 4 : 8, 0);
    if (steep) {
        str_addf(to, "set logscale y\nset ytics 10\nset yrange [0.5:%.9g]\n", 3 * high);
    } else {
        str_addf(to, "unset logscale\nset yrange [0:%.9g]\n", high);
        style_tics(to, "y", 0, high, k->rows > 2 ? 3 : 6, 1);
    }
    str_addf(to, "set ylabel 'weights%s'\n", steep ? " (log scale)" : "");
    str_addf(to, "set xlabel '%s'\n", last ? "value of the weight" : "");
    if (page->request->text)
        str_add(to, "unset ylabel\n");
    if (page_is_tight(page))
        str_add(to, "unset xlabel\nunset label\nset tmargin 1\nset bmargin 1\n");
}

/* The kernel's name and its figures; as text, where columns are few, these stand in the corner. */
static void set_title(struct str *to, const struct view_request *r, const struct histogram *h,
                      const struct str *name, size_t cols)
{
    struct str text = {0};
    char shape[80];
    const double zeros = 100 * (double)h->zeros / (double)h->weight->count;
    shape_text(&h->weight->shape, shape, sizeof shape);
    str_add(&text, name->text);
    if (r->text)
        str_addf(
            to,
            "unset label\nset label '%s, largest %.3g' at graph 0.02, graph 1 offset character "
            "0, -1 front\nset label '%.3g %% are 0' at graph 0.02, graph 1 offset character "
            "0, -2 front\n",
            shape, h->own, zeros);
    else
        str_addf(&text, " %s: largest %.3g, %.3g %% are 0", shape, h->own, zeros);
    style_title(to, r, &text, cols);
    str_finish(&text);
}

static void add_panel(const struct view_request *r, const struct kernels_of *k, size_t i,
                      double most, struct figure *f)
{
    struct str name = {0};
    struct str *to = &f->program;
    char block[16];
    const real *w = model_weights(k->at[i].model) + k->at[i].weight->at;
    struct histogram h = {.weight = k->at[i].weight, .most = most};
    const struct page page = page_for(r, (unsigned)k->rows, (unsigned)k->cols, NULL);
    h.own = largest(w, h.weight->count);
    count_weights(&h, w);
    request_name(&name, r, k->at[i].model, h.weight->path);
    if (!name.failed) {
        add_bars(f, &h, name.text, block);
        set_title(to, r, &h, &name, k->cols);
        set_axes(to, &page, k, i, &h);
        if (r->text)
            str_addf(to, "plot %s using 1:2 with impulses lt 2 dt 2 notitle\n", block);
        else
            str_addf(to,
                     "plot %s using 1:2:($1<0?0xE69F00:$1>0?0x0072B2:0x000000) with boxes "
                     "linecolor rgb variable notitle\n",
                     block);
    }
    to->failed = to->failed || name.failed;
    str_finish(&name);
}

/* Kernels of several models that stand in one column share its axis. */
static double column_most(const struct view_request *r, const struct kernels_of *k, size_t i)
{
    double most = 0;
    const size_t first = r->models > 1 ? i % k->cols : i, stride = r->models > 1 ? k->cols : 1;
    const size_t end = r->models > 1 ? k->rows * k->cols : i + 1;
    for (size_t p = first; p < end; p += stride)
        if (k->at[p].model)
            most = fmax(most, largest(model_weights(k->at[p].model) + k->at[p].weight->at,
                                      k->at[p].weight->count));
    return most;
}

static void fill_histograms(const struct view_request *r, const struct kernels_of *k,
                            struct figure *f)
{
    struct str *to = &f->program;
    style_begin(f, r);
    str_add(to, "set style fill solid 0.9 noborder\nset boxwidth 0.9 relative\nunset key\n"
                "set xlabel 'weight'\n");
    str_addf(to,
             "set arrow from first 0, graph 0 to first 0, graph %s nohead dt 3 lc rgb '" STYLE_GREY
             "'\n",
             r->text ? STYLE_TEXT_TOP : "1");
    style_panels(to, r, "weights", k->rows, k->cols);
    for (size_t i = 0; i < k->rows * k->cols; i++)
        if (k->at[i].model)
            add_panel(r, k, i, column_most(r, k, i), f);
        else
            str_add(to, "set multiplot next\n");
    style_panels_end(to);
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    enum { TEXT_MOST = 4, LOW = 16 };
    const size_t rows_of_two = page_rows(r) < LOW ? 1 : 2;
    struct kernels_of k;
    if (request_kernels(r, "weights", r->text ? TEXT_MOST / 2 * rows_of_two : KERNELS_MOST, &k, e))
        return -1;
    fill_histograms(r, &k, f);
    return request_done(f, 0, e);
}

const struct view_kind view_weights = {
    .entry =
        {
            .name = "weights",
            .summary = "histograms of kernels",
            .details =
                "How many weights of a kernel lie where: 41 bars from minus to plus the largest "
                "|w|, the middle one around 0. The title says how many are exactly 0. Of several "
                "models, kernels stand below each other with the same axis. Where one bar would "
                "dwarf all others, the counts stand on a log scale.",
            .example = "data moons 200\ninput 2\ndense 8 relu kernel=l1(1e-2) as hidden\n"
                       "dense 1 sigmoid\ntrain 3\nplot weights hidden\n",
        },
    .draw = draw,
};
