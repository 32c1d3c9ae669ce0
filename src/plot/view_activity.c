/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/view_activity.h"

#include "plot/curve.h"
#include "plot/request.h"

#include "train/inputs.h"

#include <math.h>
#include <string.h>

/* Two figures of a layer's output that share a panel. */
struct half {
    struct {
        enum series_kind kind;
        const char *legend;
    } line[2];
    const char *label, *crowded; /* of the axis; crowded: when the legend names the layers alone */
    const char *column;
    bool shares;
};
static const struct half halves[2] = {
    {.line = {{SERIES_MEAN, "mean |a|"}, {SERIES_MAX, "max |a|"}},
     .label = "output |a|",
     .crowded = "|a|: mean, dashed max",
     .column = "2"},
    {.line = {{SERIES_ZEROS, "a = 0"}, {SERIES_SMALL, "|a| <= 0.1"}},
     .label = "% of outputs",
     .crowded = "% a = 0, dashed <= 0.1",
     .column = "(100*$2)",
     .shares = true},
};

/* What one panel shows: a half of the models [first, first + count). */
struct panel {
    const struct view_request *r;
    const struct half *half;
    size_t first, count;
    struct extent_of of; /* of all panels in its row */
    bool log, crowded;
    unsigned down, across;     /* panels of the picture */
    const struct units *units; /* of each model, as it is now; NULL: dead units are not shown */
    size_t most_units;         /* of a layer that is shown */
};

static bool is_wanted(const struct view_request *r, const struct series *s)
{
    for (size_t i = 0; i < r->layers; i++)
        if (strcmp(r->layer[i], s->name) == 0)
            return true;
    return !r->layers;
}

static int role_of(const struct half *half, const struct series *s)
{
    return s->kind == half->line[0].kind ? 0 : s->kind == half->line[1].kind ? 1 : -1;
}

static void measure_series(const struct view_request *r, const struct half *half, size_t first,
                           size_t count, struct extent_of *of)
{
    for (size_t m = first; m < first + count; m++) {
        const struct history *h = &r->model[m]->history;
        for (size_t i = 0; i < h->count; i++)
            if (role_of(half, &h->series[i]) >= 0 && is_wanted(r, &h->series[i]))
                curve_measure(of, &h->series[i]);
    }
}

/* Refuses a name that one of the models has no call for. */
static int check_layers(const struct view_request *r, struct err *e)
{
    for (size_t m = 0; m < r->models; m++)
        for (size_t i = 0; i < r->layers; i++)
            if (graph_find_call(r->model[m]->graph, r->layer[i]) == NOTHING &&
                request_layer(r, r->model[m], r->layer[i], r->where[i], e) == NOTHING)
                return -1;
    return 0;
}

/* Whether each model has panels of its own. */
static bool is_beside(const struct view_request *r)
{
    enum { BESIDE_MOST = 4 };
    return !r->text && r->models <= BESIDE_MOST;
}

/* How many layers of a model have curves. */
static size_t count_layers(const struct view_request *r, size_t model)
{
    const struct history *h = &r->model[model]->history;
    size_t n = 0;
    for (size_t i = 0; i < h->count; i++)
        n += h->series[i].kind == SERIES_MEAN && is_wanted(r, &h->series[i]);
    return n;
}

/* How many layers the fullest panel shows. */
static size_t count_together(const struct view_request *r)
{
    size_t most = 0, total = 0;
    for (size_t m = 0; m < r->models; m++) {
        const size_t n = count_layers(r, m);
        most = n > most ? n : most;
        total += n;
    }
    return is_beside(r) ? most : total;
}

/* Whether the panel is of one model among several. */
static bool is_narrow(const struct panel *p)
{
    return p->count < p->r->models;
}

static int add_line(const struct panel *p, struct figure *f, struct str *plot, size_t model,
                    const struct series *s, size_t colour, size_t number, struct err *e)
{
    const int role = role_of(p->half, s);
    struct str name = {0}, legend = {0};
    request_name(&name, p->r, p->r->model[model], s->name);
    str_add(&legend, is_narrow(p) ? s->name : name.text ? name.text : "");
    if (!p->crowded)
        str_addf(&legend, " %s", p->half->line[role].legend);
    str_addf(&name, " %s", p->half->line[role].legend);
    struct curve c = {.series = s,
                      .pen = {.colour = colour, .dash = (size_t)role, .width = role ? 1.5 : 2},
                      .name = name.text,
                      .legend = role && p->crowded ? NULL : legend.text,
                      .column = p->half->column};
    int bad =
        name.failed || legend.failed ? err_memory(e) : curve_add(f, plot, p->r, &c, number, e);
    str_finish(&legend);
    str_finish(&name);
    return bad;
}

/* The points of the history, and the one of now. */
static void dead_rows(struct figure *f, const struct model *m, const struct series *s, id call,
                      const struct units *now)
{
    const size_t n = s ? series_points(s) : 0;
    const double last = n ? series_step(s, n - 1) : -1;
    for (size_t i = 0; i < n; i++)
        figure_row(f, (const double[]){series_step(s, i), series_value(s, i)}, 2);
    if (units_count(now, call) && (double)m->state.step > last)
        figure_row(f, (const double[]){(double)m->state.step, (double)units_dead(now, call)}, 2);
}

/* Where there is room for an axis of their own. */
static bool draws_dead(const struct panel *p)
{
    return p->half->shares && p->units && !p->r->text && !is_narrow(p);
}

/* How many units of a layer are dead: a curve on the right axis, or only a line of the legend. */
static int add_dead(const struct panel *p, struct figure *f, struct str *plot, size_t model,
                    const char *layer, size_t colour)
{
    const struct model *m = p->r->model[model];
    const id call = graph_find_call(m->graph, layer);
    const struct units *now = &p->units[model];
    const size_t units = call == NOTHING ? 0 : units_count(now, call);
    struct str name = {0}, legend = {0};
    char block[16];
    if (!units)
        return 0;
    request_name(&name, p->r, m, layer);
    str_add(&legend, is_narrow(p) || !name.text ? layer : name.text);
    str_addf(&legend, ": %zu of %zu units dead", units_dead(now, call), units);
    str_add(&name, " dead units");
    const bool failed = name.failed || legend.failed;
    if (!failed) {
        figure_begin(f, block);
        figure_series(f, name.text);
        dead_rows(f, m, history_find(&m->history, SERIES_DEAD, layer), call, now);
        figure_end(f);
        style_next(plot);
        if (!draws_dead(p))
            str_add(plot, "keyentry");
        else
            str_addf(plot,
                     "%s using 1:2 axes x1y2 with linespoints lc rgb '%s' lw 1.5 dt 4 pt 8 ps 0.7",
                     block, style_colour(colour));
        style_legend(plot, legend.text);
    }
    str_finish(&name);
    str_finish(&legend);
    return failed ? -1 : 0;
}

/* The curves of one panel: a colour for each layer of each model, both figures in it. */
static int add_lines(const struct panel *p, struct figure *f, struct str *plot, struct err *e)
{
    const size_t layers = count_together(p->r);
    size_t colour = 0, number = 0;
    for (size_t m = p->first; m < p->first + p->count; m++) {
        const struct history *h = &p->r->model[m]->history;
        for (size_t i = 0; i < h->count; i++) {
            const struct series *s = &h->series[i], *other;
            if (s->kind != p->half->line[0].kind || !is_wanted(p->r, s))
                continue;
            if (add_line(p, f, plot, m, s, colour, number++, e))
                return -1;
            other = history_find(h, p->half->line[1].kind, s->name);
            if (other && add_line(p, f, plot, m, other, colour, number++, e))
                return -1;
            if (p->half->shares && p->units &&
                add_dead(p, f, plot, m, s->name, layers > 1 ? colour : BLACK))
                return err_memory(e);
            colour++;
        }
    }
    return 0;
}

/* With the same 0 and the same top as the shares. */
static void set_dead_axis(const struct panel *p, struct str *to, double off)
{
    const double most = p->most_units ? (double)p->most_units : 1;
    str_addf(to, "set border 11\nset y2range [%g:%g]\n", -off / 100 * most, (1 + off / 100) * most);
    style_tics(to, "y2", 0, most, p->r->big ? 2 : 5, 1);
    str_add(to, "set y2label 'units dead'\n");
}

static void set_up(const struct panel *p, struct figure *f, const struct str *plot)
{
    const struct page page = page_for(p->r, p->down, p->across, plot);
    struct str *to = &f->program;
    double x[2];
    const bool narrow = is_narrow(p);
    str_add(to, "unset arrow\nunset label\nunset logscale\nset ytics auto\n");
    if (narrow)
        style_set(to, "title", p->r->model[p->first]->name);
    if (!narrow && !p->r->text && p->units)
        str_addf(to, "set rmargin %d\n", p->most_units < 1000 ? 9 : 11);
    str_addf(to, "set xlabel '%s'\n", p->half->shares || p->r->text ? "step" : "");
    if (p->r->text)
        style_set(to, "title", p->half->label);
    else if (!p->first)
        str_addf(to, "set ylabel '%s%s'\n", p->crowded ? p->half->crowded : p->half->label,
                 p->log ? " (log scale)" : "");
    else
        str_add(to, "unset ylabel\n");
    curve_steps(to, &page, &p->of, p->r->text || p->across > 2 ? 4 : p->across > 1 ? 5 : 10, x);
    const double off = fmax(2, 100 * page_margin_y(&page));
    if (p->half->shares)
        str_addf(to, "set yrange [%g:%g]\nset ytics 0, %d, 100\n", -off, 100 + off,
                 p->r->big || page_is_small(&page) ? 50 : 20);
    else
        curve_axis(to, &page, &p->of, p->log);
    if (draws_dead(p))
        set_dead_axis(p, to, off);
    style_events(to, p->r, p->first, p->count, x,
                 !p->half->shares || page_is_small(&page) ? LABELS_NONE
                 : p->across > 1                          ? LABELS_LISTED
                                                          : LABELS_BESIDE);
    page_legend(to, &page, "step");
}

static int add_panel(const struct panel *p, struct figure *f, struct err *e)
{
    struct str plot = {0};
    int bad = add_lines(p, f, &plot, e);
    if (!bad && !plot.size && !plot.failed) {
        str_add(&f->program, "set multiplot next\n");
    } else if (!bad) {
        set_up(p, f, &plot);
        style_plot(&f->program, &plot);
    }
    str_finish(&plot);
    return bad;
}

/* Refuses more layers in a panel than there are colours, or characters for two lines each. */
static int check_room(const struct view_request *r, struct err *e)
{
    enum { TEXT_MOST = 9 };
    return request_room(r, "activity", "layer", "LAYER", count_together(r),
                        r->text ? TEXT_MOST : COLOURS, e);
}

/* The units of the widest layer that has curves. */
static size_t most_units(const struct view_request *r, const struct units *units)
{
    size_t most = 0;
    for (size_t m = 0; m < r->models; m++) {
        const struct history *h = &r->model[m]->history;
        for (size_t i = 0; i < h->count; i++) {
            const id call = graph_find_call(r->model[m]->graph, h->series[i].name);
            if (h->series[i].kind != SERIES_MEAN || !is_wanted(r, &h->series[i]) || call == NOTHING)
                continue;
            const size_t n = units_count(&units[m], call);
            most = n > most ? n : most;
        }
    }
    return most;
}

/* Looks at the units of a model over the evaluation data; at none where that does not fit it. */
static int look_at_units(const struct view_request *r, struct model *m, struct units *to,
                         struct err *e)
{
    struct evaluator pass;
    struct err why = {0};
    if (!r->data || inputs_check(m->graph, r->data, &why))
        return why.kind == ERR_MEMORY ? err_memory(e) : 0;
    if (evaluator_begin(&pass, m, r->data, r->seed, SHARE_EVALUATION, false, e))
        return -1;
    if (units_begin(to, m->graph))
        return err_memory(e);
    while (evaluator_next(&pass))
        units_add(to, pass.trainer->infer_frame);
    return stop_check(m->stop, e);
}

/* Models stand beside each other; as text, where columns are few, the two halves do, and all
 * models share them. */
static int fill_panels(const struct view_request *r, const struct extent_of of[2],
                       const struct units *units, struct figure *f, struct err *e)
{
    const bool beside = is_beside(r);
    const size_t widest = most_units(r, units);
    const size_t named = beside && r->models > 1 ? 1 : 2; /* layers, with both lines */
    const size_t columns = beside ? r->models : 1;
    const unsigned down = r->text ? 1 : 2, across = r->text ? 2 : (unsigned)columns;
    int bad = 0;
    style_begin(f, r);
    style_panels(&f->program, r, "activity", down, across);
    for (size_t i = 0; i < 2 && !bad; i++)
        for (size_t m = 0; m < columns && !bad; m++) {
            struct panel p = {.r = r,
                              .half = &halves[i],
                              .first = m,
                              .count = beside ? 1 : r->models,
                              .of = of[i],
                              .down = down,
                              .across = across,
                              .crowded = !r->text && count_together(r) > named,
                              .units = widest ? units : NULL,
                              .most_units = widest,
                              .log = !i && curve_is_log(&of[i], 100)};
            bad = add_panel(&p, f, e);
        }
    style_panels_end(&f->program);
    return bad;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct extent_of of[2] = {{0}};
    if (request_filled(r, e) || check_layers(r, e) || check_room(r, e))
        return -1;
    for (size_t i = 0; i < 2; i++)
        measure_series(r, &halves[i], 0, r->models, &of[i]);
    if (!of[0].any || !of[1].any)
        return request_nothing(r, e);
    /* The dead units of now are a point too. */
    for (size_t m = 0; m < r->models; m++)
        for (size_t i = 0; i < 2; i++)
            of[i].x[1] = fmax(of[i].x[1], (double)r->model[m]->state.step);
    struct units *units = mem_new(r->models, sizeof *units);
    int bad = units ? 0 : err_memory(e);
    for (size_t m = 0; m < r->models && !bad; m++)
        bad = look_at_units(r, r->model[m], &units[m], e);
    bad = bad ? bad : fill_panels(r, of, units, f, e);
    for (size_t m = 0; units && m < r->models; m++)
        units_finish(&units[m]);
    mem_free(units);
    return request_done(f, bad, e);
}

int shares_panel(const struct view_request *r, unsigned down, unsigned across, struct figure *f,
                 struct err *e)
{
    enum { NAMED = 2 };
    struct panel p = {.r = r,
                      .half = &halves[1],
                      .count = r->models,
                      .down = down,
                      .across = across,
                      .crowded = !r->text && count_together(r) > NAMED};
    measure_series(r, p.half, 0, r->models, &p.of);
    if (!p.of.any)
        return request_nothing(r, e);
    return check_room(r, e) ? -1 : add_panel(&p, f, e);
}

const struct view_kind view_activity = {
    .entry =
        {
            .name = "activity",
            .summary = "how large the layers' outputs are, and how many are zero, by step",
            .details =
                "Above, the mean (whole line) and the largest |a| (dashed) of the output a of "
                "each layer; below, the share of its numbers that are exactly 0 (whole line) and "
                "the share with |a| <= 0.1 (dashed). A unit is dead if its |a| is over 0.1 for no "
                "sample of the evaluation data (the validation share, else all training data): the "
                "legend says how many are now, and on the right axis stand how many were after "
                "each epoch, where there is a validation share. Dotted lines mark the steps where "
                "something "
                "was changed. Models stand beside each other with the same axes.",
            .example = "data moons 200\ninput 2\ndense 8 relu activity=l1(1e-2) as hidden\n"
                       "dense 1 sigmoid\ntrain 3\nplot activity hidden\n",
        },
    .draw = draw,
};
