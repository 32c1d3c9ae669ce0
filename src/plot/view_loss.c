/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/view_loss.h"

#include "plot/curve.h"
#include "plot/penalty_lines.h"
#include "plot/request.h"

/* What the legend has room for: when there is too much, penalties stay unnamed, and if need be the
 * validation losses too. */
struct names {
    bool penalties, validation;
};

/* The penalties of each model. */
struct lines {
    struct penalty_lines *of;
    size_t models;
};

static void lines_finish(struct lines *l)
{
    for (size_t m = 0; m < l->models; m++)
        penalty_lines_finish(&l->of[m]);
    mem_free(l->of);
}

static int lines_make(struct lines *l, const struct view_request *r)
{
    *l = (struct lines){.of = mem_new(r->models, sizeof *l->of)};
    if (!l->of)
        return -1;
    for (size_t m = 0; m < r->models; m++) {
        l->models++;
        if (penalty_lines_make(&l->of[m], &r->model[m]->history))
            return -1;
    }
    return 0;
}

static struct names names_of(const struct view_request *r, const struct lines *l)
{
    const size_t most = r->text ? 9 : 12;
    size_t totals = 0, penalties = 0;
    for (size_t m = 0; m < r->models; m++) {
        const struct history *h = &r->model[m]->history;
        for (size_t i = 0; i < h->count; i++)
            totals += h->series[i].kind == SERIES_DATA || h->series[i].kind == SERIES_VALIDATION;
        penalties += l->of[m].count;
    }
    return (struct names){totals + penalties <= most, totals <= most};
}

static bool is_named(const struct names *n, const struct series *s)
{
    return s->kind == SERIES_PENALTY      ? n->penalties
           : s->kind == SERIES_VALIDATION ? n->validation
                                          : true;
}

/* The colour says the role, and the dash tells penalties apart; of several models the colour says
 * which, and the dash the role. */
static struct pen pen_of(const struct view_request *r, size_t model, const struct series *s,
                         size_t penalty)
{
    struct pen pen = {.width = 2};
    if (s->kind == SERIES_DATA)
        pen.colour = BLUE;
    else if (s->kind == SERIES_VALIDATION)
        pen = (struct pen){.colour = VERMILION, .dash = 1, .width = 2};
    else
        pen = (struct pen){.colour = style_penalty(s->name), .dash = penalty % 4, .width = 2};
    if (r->models == 1)
        return pen;
    pen.colour = model;
    if (s->kind == SERIES_PENALTY)
        pen.dash = 2 + penalty % 3;
    return pen;
}

struct taking {
    const struct view_request *r;
    struct curves *to;
    struct names names;
    size_t model, penalties;
};

static void take_series(struct taking *t, const struct series *s)
{
    struct str name = {0};
    request_name(&name, t->r, t->r->model[t->model],
                 s->kind == SERIES_DATA         ? "data loss"
                 : s->kind == SERIES_VALIDATION ? "validation data loss"
                                                : s->name);
    t->to->failed = t->to->failed || name.failed;
    if (!t->to->failed)
        curves_take(t->to, &(struct curve){.series = s,
                                           .pen = pen_of(t->r, t->model, s, t->penalties),
                                           .name = name.text,
                                           .legend = is_named(&t->names, s) ? name.text : NULL,
                                           .column = "2",
                                           .smooth = true});
    t->penalties += s->kind == SERIES_PENALTY;
    str_finish(&name);
}

static void take_model(struct taking *t, const struct penalty_lines *lines)
{
    const struct history *h = &t->r->model[t->model]->history;
    const struct series *data = history_find(h, SERIES_DATA, "data");
    const struct series *validation = history_find(h, SERIES_VALIDATION, "validation");
    t->penalties = 0;
    if (data)
        take_series(t, data);
    if (validation)
        take_series(t, validation);
    for (size_t i = 0; i < lines->count; i++)
        take_series(t, &lines->item[i]);
}

/* The loss by name, if all models have the same. */
static const char *loss_name(const struct view_request *r)
{
    const struct args *loss = r->model[0]->recipe.loss.args;
    for (size_t i = 1; i < r->models && loss; i++)
        if (!r->model[i]->recipe.loss.args || r->model[i]->recipe.loss.args->entry != loss->entry)
            loss = NULL;
    return loss ? loss->entry->name : NULL;
}

static int draw_curves(const struct view_request *r, const struct lines *l, unsigned down,
                       unsigned across, struct figure *f, struct err *e)
{
    enum { NAMES_LARGE = 6 };
    struct curves c = {0};
    struct str label = {0};
    struct taking t = {.r = r, .to = &c, .names = names_of(r, l)};
    const char *name = loss_name(r);
    for (t.model = 0; t.model < r->models; t.model++)
        take_model(&t, &l->of[t.model]);
    if (across > 1)
        name = NULL;
    str_addf(&label, "loss%s%s", name ? ": " : "", name ? name : "");
    const struct frame_of frame = {.down = down,
                                   .across = across,
                                   .xlabel =
                                       !t.names.validation  ? "step (without names: validation "
                                                              "dashed, penalties dotted)"
                                       : !t.names.penalties ? "step (without names: penalties)"
                                                            : "step",
                                   .ylabel = label.text,
                                   .log_from = 10,
                                   .tics = across > 1 ? 5 : 10,
                                   .models = r->models,
                                   .labels = across > 1 ? LABELS_NONE : LABELS_BESIDE};
    if (c.count > NAMES_LARGE && !r->text)
        str_add(&f->program, "set key font ',10'\n");
    const int bad = label.failed || c.failed ? err_memory(e)
                    : c.count                ? curves_draw(&c, r, &frame, f, e)
                                             : request_nothing(r, e);
    str_finish(&label);
    curves_finish(&c);
    return bad;
}

int loss_panel(const struct view_request *r, unsigned down, unsigned across, struct figure *f,
               struct err *e)
{
    struct lines l;
    const int bad = lines_make(&l, r) ? err_memory(e) : draw_curves(r, &l, down, across, f, e);
    lines_finish(&l);
    return bad;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    if (request_filled(r, e) || request_whole(r, "loss", e))
        return -1;
    style_begin(f, r);
    style_head(&f->program, r, "loss");
    return request_done(f, loss_panel(r, 1, 1, f, e), e);
}

const struct view_kind view_loss = {
    .entry =
        {
            .name = "loss",
            .summary = "the data loss in training and in validation, and each penalty, by step",
            .details =
                "A curve for the data loss and one for each term of each slot, as the steps of "
                "training had them, and a dashed one for the data loss on the validation share: "
                "like "
                "beside like, so the distance of the two is the gap between what was learned and "
                "what "
                "holds elsewhere. The axis is logarithmic if all values are positive and span more "
                "than a factor of "
                "10. Of more than 100 points the pale line shows the values and the strong one an "
                "exponential running mean over about a hundredth of them. Dotted lines mark the "
                "steps "
                "where something was changed.\n\n"
                "The curves begin at step 0 with what the model was before its first step: the "
                "first batch for training, and a pass over the share for validation.\n\n"
                "Of several models the colour says which, and the dash what: whole lines are data "
                "losses, dashed ones validation, dotted ones penalties.",
            .example = "data moons 200 split=0.2\ninput 2\ndense 8 relu activity=l1(1e-3)\n"
                       "dense 1 sigmoid\ntrain 3\nplot loss\n",
        },
    .draw = draw,
};
