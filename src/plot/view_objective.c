/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/view_objective.h"

#include "plot/curve.h"
#include "plot/penalty_lines.h"
#include "plot/request.h"

#include <math.h>
#include <string.h>

enum { AREAS_MOST = 12, ROWS_MOST = 500 };

/* The data loss and the penalties of a model, one upon the other. */
struct stack {
    const struct model *model;
    const struct series *area[AREAS_MOST]; /* the data loss is the lowest */
    size_t areas;
    struct penalty_lines penalties; /* the others */
    size_t rows, stride;            /* of the data loss: each stride-th point is one */
    double low, high;               /* of all sums */
};

/* The place of the first point at or behind a step. */
static size_t find_point(const struct series *s, double step)
{
    size_t low = 0, high = series_points(s);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (series_step(s, middle) < step)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A penalty at a step where the data loss has a point. Series that were thinned may have theirs
 * beside it, `near` steps away at most; else the penalty was not there. */
static double value_at(const struct series *s, double step, double near)
{
    const size_t i = find_point(s, step);
    if (i < series_points(s) && series_step(s, i) <= step)
        return series_value(s, i);
    if (!i || i == series_points(s) || series_step(s, i) - series_step(s, i - 1) > near)
        return 0;
    const double part =
        (step - series_step(s, i - 1)) / (series_step(s, i) - series_step(s, i - 1));
    return series_value(s, i - 1) + part * (series_value(s, i) - series_value(s, i - 1));
}

/* The step of the row-th row; the last one is the newest. */
static size_t point_of(const struct stack *k, size_t row)
{
    const size_t i = row * k->stride, last = series_points(k->area[0]) - 1;
    return row + 1 == k->rows || i > last ? last : i;
}

static double area_at(const struct stack *k, size_t area, size_t row)
{
    const struct series *data = k->area[0];
    const size_t i = point_of(k, row);
    const double step = series_step(data, i);
    const double before = i ? step - series_step(data, i - 1) : 0;
    const double behind = i + 1 < series_points(data) ? series_step(data, i + 1) - step : 0;
    return area ? value_at(k->area[area], step, 2.5 * fmax(before, behind)) : series_value(data, i);
}

static void measure_areas(struct stack *k)
{
    for (size_t row = 0; row < k->rows; row++) {
        double sum = 0;
        for (size_t a = 0; a < k->areas; a++) {
            sum += area_at(k, a, row);
            k->low = fmin(k->low, sum);
            k->high = isfinite(sum) ? fmax(k->high, sum) : k->high;
        }
    }
}

static void stack_finish(struct stack *k)
{
    penalty_lines_finish(&k->penalties);
}

/* stack_finish must follow in any case. */
static int stack_make(const struct view_request *r, const struct model *m, struct stack *k,
                      struct err *e)
{
    const struct series *data = history_find(&m->history, SERIES_DATA, "data");
    struct extent_of of = {0};
    *k = (struct stack){.model = m};
    if (penalty_lines_make(&k->penalties, &m->history))
        return err_memory(e);
    if (data)
        curve_measure(&of, data);
    if (!of.any)
        return request_nothing(r, e);
    if (k->penalties.count >= AREAS_MOST) {
        err_at(e, r->place, "objective shows %d penalties at most, and %s has had %zu",
               AREAS_MOST - 1, m->name, k->penalties.count);
        return err_hint(e, "loss draws more, as lines: plot loss");
    }
    k->area[k->areas++] = data;
    for (size_t i = 0; i < k->penalties.count; i++)
        k->area[k->areas++] = &k->penalties.item[i];
    const size_t points = series_points(data);
    k->stride = (points + ROWS_MOST - 1) / ROWS_MOST;
    k->rows = (points - 1 + k->stride - 1) / k->stride + 1;
    measure_areas(k);
    return 0;
}

/* Rows of: step, value, where the area begins, and where it ends. */
static void add_rows(struct figure *f, const struct stack *k, size_t area, const char *name,
                     char block[16])
{
    figure_begin(f, block);
    figure_series(f, name);
    f->x = "step";
    for (size_t row = 0; row < k->rows; row++) {
        double from = 0;
        for (size_t a = 0; a < area; a++)
            from += area_at(k, a, row);
        const double value = area_at(k, area, row);
        figure_row(
            f,
            (const double[]){series_step(k->area[0], point_of(k, row)), value, from, from + value},
            4);
    }
    figure_end(f);
}

static const char *area_name(const struct stack *k, size_t area)
{
    return area ? k->area[area]->name : "data loss";
}

static size_t area_colour(const struct stack *k, size_t area)
{
    return area ? style_penalty(k->area[area]->name) : BLUE;
}

/* How many areas below have the same colour. */
static size_t area_turn(const struct stack *k, size_t area)
{
    size_t n = 0;
    for (size_t a = 0; a < area; a++)
        n += area_colour(k, a) == area_colour(k, area);
    return n;
}

static int add_area(const struct view_request *r, const struct stack *k, size_t area, bool named,
                    struct figure *f, struct str *plot)
{
    struct str name = {0};
    char block[16];
    request_name(&name, r, k->model, area_name(k, area));
    if (!name.failed) {
        add_rows(f, k, area, name.text, block);
        style_next(plot);
        if (r->text) {
            const struct pen pen = {.colour = area_colour(k, area), .width = 1};
            str_addf(plot, "%s using 1:4", block);
            style_pen(plot, r, pen, area);
        } else {
            str_addf(plot, "%s using 1:3:4 with filledcurves lc rgb '%s'", block,
                     style_colour(area_colour(k, area)));
            style_fill(plot, area_turn(k, area));
        }
        struct str legend = {0};
        str_addf(&legend, "%s%s", r->text && area ? "+ " : "", area_name(k, area));
        if (named && !legend.failed)
            style_legend(plot, legend.text);
        else
            str_add(plot, " notitle");
        plot->failed = plot->failed || legend.failed;
        str_finish(&legend);
    }
    const bool failed = name.failed;
    str_finish(&name);
    return failed ? -1 : 0;
}

/* The names of the areas beside the middles of their right ends; none where one has ended. */
static size_t find_ends(const struct view_request *r, const struct stack *k,
                        struct end end[ENDS_MOST])
{
    double from = 0;
    if (k->areas > ENDS_MOST)
        return 0;
    for (size_t a = 0; a < k->areas; a++) {
        const double value = area_at(k, a, k->rows - 1);
        if (a && value == 0)
            return 0;
        end[a] = (struct end){
            .y = from + value / 2, .colour = area_colour(k, a), .name = area_name(k, a)};
        from += value;
    }
    return ends_suit(r, end, k->areas) ? k->areas : 0;
}

static void set_frame(const struct view_request *r, const struct stack *k, const struct page *page,
                      const double *most, struct end *end, size_t ends, struct str *to)
{
    struct extent_of of = {.any = true, .y = {fmin(0, k->low), most ? *most : k->high}};
    double x[2];
    of.x[0] = series_step(k->area[0], 0);
    of.x[1] = series_step(k->area[0], series_points(k->area[0]) - 1);
    str_add(to, "unset logscale\nset ytics auto\n");
    str_add(to, "set xlabel 'step'\n");
    curve_steps(to, page, &of, page->across > 1 ? 5 : 10, x);
    const double pad = fmax(0.05, page_margin_y(page)) * (of.y[1] - of.y[0]);
    const struct axis axis = {of.y[0] - (k->low < 0 || r->text ? pad : 0),
                              of.y[1] > of.y[0] ? of.y[1] + pad : of.y[0] + 1, false};
    str_addf(to, "set yrange [%.9g:%.9g]\n", axis.low, axis.high);
    if (page_is_small(page))
        style_tics_from(to, "y", of.y[0], axis.high, 3);
    str_add(to, r->text ? "set ylabel ''\n" : "set ylabel 'data loss + penalties'\n");
    page_legend(to, page, "step");
    if (ends)
        ends_add(to, r, end, ends, &axis, page->down);
    style_events(to, r, 0, 1, x,
                 page_is_small(page) ? LABELS_NONE
                 : page->across > 1  ? LABELS_LISTED
                                     : LABELS_BESIDE);
}

static int add_panel(const struct view_request *r, const struct stack *k, unsigned down,
                     unsigned across, const double *most, struct figure *f)
{
    struct end end[ENDS_MOST];
    struct str plot = {0};
    const size_t ends = across > 1 ? 0 : find_ends(r, k, end);
    int bad = 0;
    for (size_t a = 0; a < k->areas && !bad; a++)
        bad = add_area(r, k, a, !ends, f, &plot);
    const struct page page = page_for(r, down, across, &plot);
    set_frame(r, k, &page, most, end, ends, &f->program);
    style_plot(&f->program, &plot);
    str_finish(&plot);
    return bad;
}

int objective_panel(const struct view_request *r, unsigned down, unsigned across,
                    const double *most, struct figure *f, struct err *e)
{
    struct stack k;
    int bad = stack_make(r, r->model[0], &k, e);
    if (!bad && add_panel(r, &k, down, across, most, f))
        bad = err_memory(e);
    stack_finish(&k);
    return bad;
}

/* The largest sum of all models. */
static int find_most(const struct view_request *r, double *most, struct err *e)
{
    struct stack k;
    int bad = 0;
    *most = 0;
    for (size_t m = 0; m < r->models && !bad; m++) {
        bad = stack_make(r, r->model[m], &k, e);
        *most = fmax(*most, k.high);
        stack_finish(&k);
    }
    return bad;
}

/* Models stand beside each other with the same axis. */
static int add_panels(const struct view_request *r, double most, struct figure *f, struct err *e)
{
    int bad = 0;
    style_panels(&f->program, r, "objective", 1, r->models);
    for (size_t m = 0; m < r->models && !bad; m++) {
        struct view_request one = *r;
        one.model = r->model + m;
        one.models = 1;
        one.among = true;
        str_add(&f->program, "unset arrow\nunset label\n");
        style_set(&f->program, "title", r->model[m]->name);
        bad = objective_panel(&one, 1, (unsigned)r->models, &most, f, e);
    }
    style_panels_end(&f->program);
    return bad;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    enum { ACROSS_MOST = 4, TEXT_ACROSS = 3 };
    double most;
    if (request_filled(r, e) || request_whole(r, "objective", e) ||
        request_room(r, "objective", "model", "of MODEL", r->models,
                     r->text ? TEXT_ACROSS : ACROSS_MOST, e) ||
        find_most(r, &most, e))
        return -1;
    style_begin(f, r);
    if (r->models > 1)
        return request_done(f, add_panels(r, most, f, e), e);
    style_head(&f->program, r, "objective");
    return request_done(f, objective_panel(r, 1, 1, &most, f, e), e);
}

const struct view_kind view_objective = {
    .entry =
        {
            .name = "objective",
            .summary = "the data loss and each penalty stacked: together they are the loss",
            .details =
                "The lowest area is the data loss in training, and each penalty stands upon what "
                "is below it, so that the upper edge of all is the loss. A penalty that is not "
                "there (before it is set, or after its strength has changed) takes no room. As "
                "text, lines are the edges. Models stand beside each other with the same axes. "
                "In the csv a row has the step, the value, and where the area begins and ends.",
            .example = "data moons 200\ninput 2\ndense 8 relu activity=l1(1e-3) kernel=l2(1e-3)\n"
                       "dense 1 sigmoid\ntrain 5\nplot objective\n",
        },
    .draw = draw,
};
