/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/request.h"
#include "plot/style.h"
#include "plot/sweep_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LINES_MOST = 512, NAMED_MOST = 10 };

/* The weights of one name in the model of each value. */
struct path {
    const struct view_request *r;
    const char *name;
    struct span where;   /* of the name */
    const real **weight; /* [values]; NULL: the model did not stay */
    size_t count;        /* numbers in each */
    double *x;           /* [values]: the swept values */
    struct sweep_axis axis;
    double low, high;
};

static const struct weight *weight_named(const struct model *m, const char *path)
{
    for (size_t i = 0; i < m->graph->weights; i++)
        if (strcmp(m->graph->weight[i].path, path) == 0)
            return &m->graph->weight[i];
    return NULL;
}

static int no_weight(const struct path *p, const struct model *m, struct err *e)
{
    err_at(e, p->where, "%s has no weight \"%s\"", m->name, p->name);
    return err_hint(e, "write LAYER.kernel or LAYER.bias; summary lists the layers");
}

static int find_weights(struct path *p, struct err *e)
{
    const struct sweep_table *t = p->r->sweep;
    for (size_t v = 0; v < t->values; v++) {
        const struct model *m = t->model[v];
        const struct weight *w = m ? weight_named(m, p->name) : NULL;
        if (!m || !m->state.weight)
            continue;
        if (!w)
            return no_weight(p, m, e);
        if (p->count && p->count != w->count) {
            err_at(e, p->where, "%s has another size in %s", p->name, m->name);
            return err_hint(e, "plot a weight whose shape all runs share");
        }
        p->count = w->count;
        p->weight[v] = model_weights(m) + w->at;
        for (size_t i = 0; i < w->count; i++) {
            p->low = fmin(p->low, (double)p->weight[v][i]);
            p->high = fmax(p->high, (double)p->weight[v][i]);
        }
    }
    if (p->count)
        return 0;
    err_at(e, p->r->place, "the models of the sweep did not stay");
    return err_hint(e, "sweep with keep=first or keep=all, and 64 runs at most");
}

/* One of so many weights has a line. */
static size_t stride_of(const struct path *p)
{
    return (p->count + LINES_MOST - 1) / LINES_MOST;
}

/* One line for each weight, of many every stride-th. */
static void add_lines(struct figure *f, struct str *plot, const struct path *p)
{
    const struct sweep_table *t = p->r->sweep;
    const size_t stride = stride_of(p);
    const bool named = p->count <= NAMED_MOST;
    for (size_t i = 0; i < p->count; i += stride) {
        char block[16], name[300];
        snprintf(name, sizeof name, "%s %zu", p->name, i);
        figure_begin(f, block);
        figure_series(f, name);
        f->x = t->target ? t->target : "value";
        for (size_t v = 0; v < t->values; v++)
            if (p->weight[v])
                figure_row(f, (const double[]){p->x[v], (double)p->weight[v][i]}, 2);
        figure_end(f);
        style_next(plot);
        str_addf(plot, "%s using %s:2", block, p->axis.column);
        if (named || p->r->text)
            style_pen(plot, p->r, (struct pen){.colour = i, .dash = i % 5, .width = 2, .points = 1},
                      i);
        else
            str_addf(plot, " with %s lw 1 lc rgb '#90%s'", t->values > 1 ? "lines" : "points pt 7",
                     style_colour(BLUE) + 1);
        if (named)
            style_legend(plot, name);
        else
            str_add(plot, " notitle");
    }
}

/* How many weights are not 0, on the axis at the right. */
static void add_count(struct figure *f, struct str *plot, const struct path *p)
{
    const struct sweep_table *t = p->r->sweep;
    char block[16];
    figure_begin(f, block);
    figure_series(f, "not 0");
    for (size_t v = 0; v < t->values; v++) {
        size_t n = 0;
        for (size_t i = 0; p->weight[v] && i < p->count; i++)
            n += p->weight[v][i] != 0;
        if (p->weight[v])
            figure_row(f, (const double[]){p->x[v], (double)n}, 2);
    }
    figure_end(f);
    if (p->r->text)
        return;
    str_add(&f->program, "set border 11\n");
    style_tics(&f->program, "y2", 0, (double)p->count, 6, 1);
    str_addf(&f->program, "set y2range [0:%.9g]\n", 1.05 * (double)p->count);
    style_set(&f->program, "y2label", "weights that are not 0");
    style_next(plot);
    str_addf(plot,
             "%s using %s:2 axes x1y2 with linespoints pt 7 ps 0.8 lw 2.5 dt 3 lc rgb '" STYLE_INK
             "'",
             block, p->axis.column);
    style_legend(plot, "not 0 (right)");
}

static void fill_path(struct path *p, struct figure *f)
{
    const struct sweep_table *t = p->r->sweep;
    const double pad = p->low < p->high ? 0.06 * (p->high - p->low) : fmax(1e-3, fabs(p->low));
    struct str plot = {0}, title = {0};
    style_begin(f, p->r);
    str_addf(&title, "path of %s: %s", p->name, t->text);
    const size_t stride = stride_of(p);
    if (stride > 1)
        str_addf(&title, " (%zu of %zu weights)", (p->count + stride - 1) / stride, p->count);
    style_set(&f->program, "title", title.text ? title.text : "path");
    p->axis = sweep_table_axis(&f->program, t, "x", p->x);
    style_set(&f->program, "xlabel", t->target ? t->target : "value");
    if (!p->r->text)
        style_set(&f->program, "ylabel", "weight");
    str_addf(&f->program, "set yrange [%.9g:%.9g]\n", p->low - pad, p->high + pad);
    add_lines(f, &plot, p);
    add_count(f, &plot, p);
    f->program.failed = f->program.failed || title.failed;
    style_plot(&f->program, &plot);
    str_finish(&title);
    str_finish(&plot);
}

/* The weight whose penalty was swept; of another sweep the first of the model. */
static const char *swept_weight(const struct sweep_table *t)
{
    const struct model *m = NULL;
    for (size_t v = 0; v < t->values && !m; v++)
        m = t->model[v];
    if (!m)
        return t->text;
    const struct weight *w = t->target ? weight_named(m, t->target) : NULL;
    return w ? w->path : m->graph->weights ? m->graph->weight[0].path : NULL;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    if (sweep_table_check(r, "path", e))
        return -1;
    const char *name = r->layers == 1 ? r->layer[0] : r->layers ? NULL : swept_weight(r->sweep);
    if (!name) {
        err_at(e, r->place, "path takes the name of one weight");
        return err_hint(e,
                        "write plot path LAYER.kernel; alone it shows the weight that was swept");
    }
    struct path p = {.r = r,
                     .name = name,
                     .where = r->layers ? r->where[0] : r->place,
                     .weight = mem_new(r->sweep->values, sizeof *p.weight),
                     .x = mem_new(r->sweep->values, sizeof *p.x),
                     .low = INFINITY,
                     .high = -INFINITY};
    int failed = p.weight && p.x ? find_weights(&p, e) : err_memory(e);
    if (!failed && !(isfinite(p.low) && isfinite(p.high))) {
        err_at(e, r->place, "%s has numbers that are not finite", p.name);
        failed = err_hint(e, "sweep smaller values, or lower the learning rate");
    }
    if (!failed)
        fill_path(&p, f);
    mem_free(p.weight);
    mem_free(p.x);
    return request_done(f, failed, e);
}

const struct view_kind view_path = {
    .entry =
        {
            .name = "path",
            .summary = "after a sweep: each weight against the value that was swept",
            .details =
                "plot path shows the weight whose penalty was swept, after another sweep the "
                "model's first; plot path LAYER.kernel that weight: one line for each number of "
                "the weight, from the models "
                "that stayed (with seeds, those of the first one); of more than 512 numbers evenly "
                "chosen ones, as the title says. Strengths that span more than a factor of 30 "
                "stand on a log axis, 0 one power of ten before the smallest. The axis at the "
                "right counts the numbers that are not exactly 0: gradients alone seldom make an "
                "exact 0.",
            .example = "data moons 100\ninput 2\ndense 2 tanh as h\ndense 1 sigmoid\n"
                       "sweep h.kernel = l1(?) over 0 1e-3 1e-2 1e-1 {\n  train 2\n}\n"
                       "plot path h.kernel\n",
        },
    .draw = draw,
};
