/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/curve.h"
#include "plot/request.h"

/* The next series of a model from *i on: an expression that was asked for, or that was watched. */
static const struct series *next_series(const struct view_request *r, size_t model, size_t *i)
{
    const struct history *h = &r->model[model]->history;
    if (r->curves)
        return *i < r->curves ? &r->curve[model * r->curves + (*i)++] : NULL;
    while (*i < h->count && h->series[*i].kind != SERIES_EXPRESSION)
        ++*i;
    return *i < h->count ? &h->series[(*i)++] : NULL;
}

/* How many expressions a model has. */
static size_t count_series(const struct view_request *r, size_t model)
{
    size_t i = 0, n = 0;
    while (next_series(r, model, &i))
        n++;
    return n;
}

/* The colour says which expression, and the dash which model; of one expression both say that. */
static void take_model(struct curves *c, const struct view_request *r, size_t model)
{
    const bool single = count_series(r, model) == 1;
    const struct series *s;
    size_t i = 0;
    for (size_t colour = 0; (s = next_series(r, model, &i)); colour++) {
        struct str name = {0};
        request_name(&name, r, r->model[model], s->name);
        c->failed = c->failed || name.failed;
        const size_t dash = r->models > 1 ? model : colour;
        const size_t hue = single && r->models > 1 ? model : colour;
        if (!c->failed)
            curves_take(c, &(struct curve){.series = s,
                                           .pen = {.colour = hue, .dash = dash % 5, .width = 2},
                                           .name = name.text,
                                           .legend = name.text,
                                           .column = "2"});
        str_finish(&name);
    }
}

/* Nothing was watched, or nothing of it is a number. */
static int refuse_curves(const struct view_request *r, struct err *e)
{
    size_t i = 0, any = 0;
    for (size_t m = 0; m < r->models && !any; m++, i = 0)
        any += next_series(r, m, &i) != NULL;
    if (any) {
        err_at(e, r->place, "there is nothing to draw: no value is a finite number");
        return err_hint(e, "look at one: print it");
    }
    err_at(e, r->place, "no expression was watched while the model trained");
    return err_hint(e, "watch one and train, for example watch mean(abs(hidden.output))");
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    const struct frame_of frame = {.down = 1,
                                   .across = 1,
                                   .xlabel = "step",
                                   .ylabel = "value",
                                   .log_from = 100,
                                   .tics = 10,
                                   .models = r->models,
                                   .labels = LABELS_BESIDE};
    struct curves c = {0};
    if (request_whole(r, "curves", e))
        return -1;
    for (size_t m = 0; m < r->models; m++)
        take_model(&c, r, m);
    if (!c.count && !c.failed)
        return refuse_curves(r, e);
    style_begin(f, r);
    style_head(&f->program, r, "curves");
    const int bad = curves_draw(&c, r, &frame, f, e);
    curves_finish(&c);
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
