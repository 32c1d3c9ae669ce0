/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/curve.h"
#include "plot/request.h"

static void measure(const struct view_request *r, struct extent_of *of)
{
    for (size_t m = 0; m < r->models; m++) {
        const struct history *h = &r->model[m]->history;
        for (size_t i = 0; i < h->count; i++)
            if (h->series[i].kind == SERIES_EXPRESSION)
                curve_measure(of, &h->series[i]);
    }
}

/* The colour says which expression; of several models the dash says which model. */
static int add_model(struct figure *f, struct str *plot, const struct view_request *r, size_t model,
                     size_t *number, struct err *e)
{
    const struct history *h = &r->model[model]->history;
    size_t colour = 0;
    int bad = 0;
    for (size_t i = 0; i < h->count && !bad; i++) {
        const struct series *s = &h->series[i];
        struct str name = {0};
        if (s->kind != SERIES_EXPRESSION)
            continue;
        request_name(&name, r, r->model[model], s->name);
        const struct curve c = {.series = s,
                                .pen = {.colour = colour, .dash = model, .width = 2},
                                .name = name.text,
                                .legend = name.text,
                                .column = "2"};
        bad = name.failed ? err_memory(e) : curve_add(f, plot, r, &c, (*number)++, e);
        colour++;
        str_finish(&name);
    }
    return bad;
}

static int fill(const struct view_request *r, const struct extent_of *of, struct figure *f,
                struct str *plot, struct err *e)
{
    size_t number = 0;
    double x[2];
    style_begin(f, r);
    for (size_t m = 0; m < r->models; m++)
        if (add_model(f, plot, r, m, &number, e))
            return -1;
    style_head(&f->program, r, "curves");
    str_add(&f->program, "set xlabel 'step'\nset ylabel 'value'\n");
    const struct page page = page_for(r, 1, 1, plot);
    curve_steps(&f->program, &page, of, 10, x);
    curve_axis(&f->program, &page, of, curve_is_log(of, 100));
    page_legend(&f->program, &page, "step");
    style_events(&f->program, r, 0, r->models, x, LABELS_BESIDE);
    style_plot(&f->program, plot);
    return 0;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct extent_of of = {0};
    struct str plot = {0};
    if (request_whole(r, "curves", e))
        return -1;
    measure(r, &of);
    if (!of.any) {
        err_at(e, r->place, "no expression was watched while the model trained");
        return err_hint(e, "watch one and train, for example watch mean(abs(hidden.output))");
    }
    int bad = fill(r, &of, f, &plot, e);
    str_finish(&plot);
    return request_done(f, bad, e);
}

const struct view_kind view_curves = {
    .entry = {.name = "curves",
              .summary = "watched expressions over the steps",
              .details =
                  "Each expression that watch names is a curve. The axis is logarithmic when all "
                  "values are positive and span more than two decades.",
              .example = "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\n"
                         "watch mean(abs(h.output)) every 2\ntrain 3\nplot curves\n"},
    .draw = draw,
};
