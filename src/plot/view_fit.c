/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"
#include "plot/pass.h"
#include "plot/request.h"
#include "plot/style.h"

#include "train/inputs.h"
#include "train/objective.h"

#include <math.h>

enum { PLACES = 241, POINTS_MOST = 1000, CURVES_MOST = 6 };

/* Colours of curves that stand for themselves: without that of validation. */
static const enum colour pens[CURVES_MOST] = {BLUE, ORANGE, GREEN, PURPLE, SKY, BLACK};

/* What is drawn: x from low to high; y of everything that is finite. */
struct fit {
    const struct view_request *r;
    struct columns target; /* of the data, that the output is to meet */
    double low, high, y[2];
    bool any;
};

static int check_data(const struct view_request *r, struct err *e)
{
    if (!r->data) {
        err_at(e, r->place, "there is no data yet");
        return err_hint(e, "load some with 1 column, for example data sine");
    }
    if (r->data->inputs != 1) {
        err_at(e, r->place, "fit is for data with 1 column, and this has %zu", r->data->inputs);
        return err_hint(e, r->data->inputs == 2 ? "2 columns are for plot boundary"
                                                : "load such data, for example data sine");
    }
    if (r->data->targets)
        return 0;
    err_at(e, r->place, "fit shows the targets, and this data has none");
    return err_hint(e, "load data with a target, for example data sine");
}

/* The target columns of the model's first output, which is a number for each. */
static int check_output(const struct view_request *r, const struct model *m, struct columns *to,
                        struct err *e)
{
    struct columns all[OUTPUTS_MOST];
    const id output = model_output(m);
    const size_t n = shape_count(&m->graph->value[output].shape);
    if (inputs_check(m->graph, r->data, e) || columns_deal(m, r->data, all, e))
        return err_place(e, r->place);
    *to = all[0];
    if (all[0].width == n)
        return 0;
    err_at(e, r->place, "%s has %zu number%s for %zu target%s", m->name, n, n == 1 ? "" : "s",
           all[0].width, all[0].width == 1 ? "" : "s");
    return err_hint(e, "fit draws a curve for each target; classes: plot confusion");
}

static void span_data(struct fit *t)
{
    const struct dataset *d = t->r->data;
    t->low = t->high = (double)d->x[0];
    for (size_t s = 0; s < d->samples; s++) {
        t->low = fmin(t->low, (double)d->x[s]);
        t->high = fmax(t->high, (double)d->x[s]);
    }
    const double pad = t->low < t->high ? 0.05 * (t->high - t->low) : 1;
    t->low -= pad;
    t->high += pad;
}

static void widen_range(struct fit *t, double y)
{
    if (!isfinite(y))
        return;
    t->y[0] = t->any ? fmin(t->y[0], y) : y;
    t->y[1] = t->any ? fmax(t->y[1], y) : y;
    t->any = true;
}

/* The name of a series: `what`, with the target's number where there are several. */
static void name_series(struct str *to, const struct fit *t, const char *what, size_t number)
{
    str_add(to, what);
    if (t->target.width > 1)
        str_addf(to, " of target %zu", number + 1);
}

/* Every stride-th sample of a share. */
static void add_share(struct figure *f, struct str *plot, struct fit *t, size_t number,
                      bool validation)
{
    const struct dataset *d = t->r->data;
    const size_t first = validation ? d->training : 0, end = validation ? d->samples : d->training;
    const size_t stride = (end - first + POINTS_MOST - 1) / POINTS_MOST;
    struct str name = {0};
    char block[16];
    name_series(&name, t, validation ? "validation samples" : "samples", number);
    plot->failed = plot->failed || name.failed;
    if (first == end || name.failed) {
        str_finish(&name);
        return;
    }
    figure_begin(f, block);
    figure_series(f, name.text);
    for (size_t s = first; s < end; s += stride) {
        const double y = (double)d->y[s * d->targets + t->target.at + number];
        widen_range(t, y);
        figure_row(f, (const double[]){(double)d->x[s], y}, 2);
    }
    figure_end(f);
    style_next(plot);
    str_addf(plot, "%s using 1:2 with points", block);
    if (t->r->text)
        str_addf(plot, " pt '%c'", validation ? 'x' : 'o');
    else
        str_addf(plot, " pt %d ps 0.9 lw 1.5 lc rgb '%s'", validation ? 8 : 6,
                 t->target.width > 1 ? style_colour(pens[number])
                 : validation        ? style_colour(VERMILION)
                                     : STYLE_GREY);
    style_legend(plot, name.text);
    str_finish(&name);
}

static void add_samples(struct figure *f, struct str *plot, struct fit *t)
{
    for (size_t k = 0; k < t->target.width; k++) {
        add_share(f, plot, t, k, false);
        add_share(f, plot, t, k, true);
    }
}

/* Number `number` of the outputs y[PLACES][width] as a curve. */
static void add_curve(struct figure *f, struct str *plot, struct fit *t, size_t model,
                      size_t number, const real *x, const real *y)
{
    const size_t width = t->target.width, curve = model * width + number;
    struct str name = {0};
    char block[16];
    name_series(&name, t, t->r->model[model]->name, number);
    plot->failed = plot->failed || name.failed;
    if (!name.failed) {
        figure_begin(f, block);
        figure_series(f, name.text);
        for (size_t i = 0; i < PLACES; i++) {
            widen_range(t, (double)y[i * width + number]);
            figure_row(f, (const double[]){(double)x[i], (double)y[i * width + number]}, 2);
        }
        figure_end(f);
        style_next(plot);
        str_addf(plot, "%s using 1:2", block);
        style_pen(
            plot, t->r,
            (struct pen){.colour = pens[curve], .dash = t->r->models > 1 ? model : 0, .width = 2.5},
            curve);
        style_legend(plot, name.text);
    }
    str_finish(&name);
}

static int add_model(struct figure *f, struct str *plot, struct fit *t, size_t model, const real *x,
                     struct err *e)
{
    struct model *m = t->r->model[model];
    const size_t width = t->target.width;
    bool any = false;
    real *y = mem_block(PLACES * width, sizeof *y);
    int failed =
        y ? pass_rows(m, t->r->data, t->r->seed, x, PLACES, model_output(m), y, e) : err_memory(e);
    for (size_t i = 0; i < PLACES * width && !failed; i++)
        any = any || isfinite(y[i]);
    if (!failed && !any) {
        err_at(e, t->r->place, "the output of %s is nowhere a finite number", m->name);
        failed = err_hint(e, "its weights are too large; begin again with a lower learning rate");
    }
    for (size_t k = 0; k < width && !failed; k++)
        add_curve(f, plot, t, model, k, x, y);
    mem_free(y);
    return failed;
}

static int add_models(struct figure *f, struct str *plot, struct fit *t, struct err *e)
{
    real x[PLACES];
    for (size_t i = 0; i < PLACES; i++)
        x[i] = (real)(t->low + (t->high - t->low) * (double)i / (PLACES - 1));
    for (size_t m = 0; m < t->r->models; m++)
        if (add_model(f, plot, t, m, x, e))
            return -1;
    return 0;
}

static void set_up(struct str *to, const struct fit *t, const struct str *plot)
{
    const struct page page = page_for(t->r, 1, 1, plot);
    const struct dataset *d = t->r->data;
    const double part = fmax(0.05, page_margin_y(&page));
    const double pad = t->y[0] < t->y[1] ? part * (t->y[1] - t->y[0]) : fmax(1, fabs(t->y[0]));
    struct str label = {0};
    str_addf(&label, "%s%s", d->column ? d->column[0] : "input", d->factor ? ", scaled" : "");
    to->failed = to->failed || label.failed;
    if (!label.failed)
        style_set(to, "xlabel", label.text);
    style_set(to, "ylabel",
              t->target.width > 1 ? "targets"
              : d->column         ? d->column[d->inputs + t->target.at]
                                  : "target");
    if (t->r->text)
        str_add(to, "unset ylabel\n");
    str_addf(to, "set xrange [%.9g:%.9g]\nset yrange [%.9g:%.9g]\n", t->low, t->high, t->y[0] - pad,
             t->y[1] + pad);
    style_head(to, t->r, "fit");
    page_legend(to, &page, label.failed ? "" : "input");
    str_finish(&label);
}

static int fill_fit(struct fit *t, struct figure *f, struct err *e)
{
    struct str plot = {0};
    style_begin(f, t->r);
    f->x = "input";
    span_data(t);
    add_samples(f, &plot, t);
    int failed = add_models(f, &plot, t, e);
    if (!failed) {
        set_up(&f->program, t, &plot);
        style_plot(&f->program, &plot);
    }
    str_finish(&plot);
    return failed;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct fit t = {.r = r};
    if (request_filled(r, e) || request_whole(r, "fit", e) || check_data(r, e))
        return -1;
    for (size_t m = 0; m < r->models; m++) {
        struct columns target;
        if (check_output(r, r->model[m], &target, e))
            return -1;
        if (m && (target.at != t.target.at || target.width != t.target.width)) {
            err_at(e, r->place, "%s and %s are fitted to different targets", r->model[0]->name,
                   r->model[m]->name);
            return err_hint(e, "plot them one by one");
        }
        t.target = target;
    }
    if (request_room(r, "fit", "curve", "of NAME", r->models * t.target.width, CURVES_MOST, e))
        return -1;
    return request_done(f, fill_fit(&t, f, e), e);
}

const struct view_kind view_fit = {
    .entry =
        {
            .name = "fit",
            .summary = "the model's curve through the samples: for data with 1 column",
            .details =
                "The output at 241 places that cover the data and a twentieth of its range on each "
                "side, without dropout and noise. Samples of the training share are circles, those "
                "kept for validation triangles (as text o and x), at most 1000 of each. Several "
                "models have a curve each; several targets too.",
            .example = "data sine 40 noise=0.2 split=0.25\ninput 1\ndense 16 tanh\ndense 1\n"
                       "loss mse\ntrain 3\nplot fit\n",
        },
    .draw = draw,
};
