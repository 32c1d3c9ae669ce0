/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/curve.h"
#include "plot/request.h"

/* Like with like: where one model has no validation loss, all show the one of training. */
static bool all_validated(const struct view_request *r)
{
    for (size_t m = 0; m < r->models; m++)
        if (!history_find(&r->model[m]->history, SERIES_VALIDATION, "validation"))
            return false;
    return true;
}

static void take_model(struct curves *c, const struct view_request *r, size_t model,
                       bool validation)
{
    const struct model *m = r->model[model];
    const struct series *s = validation ? history_find(&m->history, SERIES_VALIDATION, "validation")
                                        : history_find(&m->history, SERIES_DATA, "data");
    const struct pen pen = {.colour = model, .dash = model % 5, .width = 2};
    if (s)
        curves_take(c, &(struct curve){.series = s,
                                       .pen = pen,
                                       .name = m->name,
                                       .legend = m->name,
                                       .column = "2",
                                       .smooth = true});
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    enum { TEXT_MOST = 6 };
    struct curves c = {0};
    if (request_filled(r, e) || request_whole(r, "compare", e) ||
        request_room(r, "compare", "model", "of MODEL, ...", r->models,
                     r->text ? TEXT_MOST : COLOURS, e))
        return -1;
    const bool validation = all_validated(r);
    const struct frame_of frame = {.down = 1,
                                   .across = 1,
                                   .xlabel = "step",
                                   .ylabel = validation ? "validation data loss"
                                                        : "data loss in training (not all have a "
                                                          "validation loss)",
                                   .log_from = 10,
                                   .tics = 10,
                                   .models = r->models,
                                   .labels = LABELS_BESIDE};
    for (size_t m = 0; m < r->models; m++)
        take_model(&c, r, m, validation);
    if (!c.count && !c.failed)
        return request_nothing(r, e);
    style_begin(f, r);
    style_head(&f->program, r, "compare");
    const int bad = curves_draw(&c, r, &frame, f, e);
    curves_finish(&c);
    return request_done(f, bad, e);
}

const struct view_kind view_compare = {
    .entry =
        {
            .name = "compare",
            .summary = "the validation data loss of several models, by step",
            .details =
                "A curve for each model with its name at the end: the data loss on the validation "
                "share, without penalties, so that models with different penalties are compared "
                "by the same measure. Where one of them has none, all show the data loss in "
                "training, and the axis says so. Without names: all models that were trained.",
            .example = "data moons 200 split=0.2\ninput 2\ndense 8 relu as hidden\n"
                       "dense 1 sigmoid\nclone sparse\n"
                       "set hidden.activity = l1(1e-2)\ntrain 5 on main, sparse\nplot compare\n",
        },
    .all = true,
    .draw = draw,
};
