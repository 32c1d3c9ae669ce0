/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/curve.h"
#include "plot/request.h"

#include <string.h>

static bool is_loss(const struct series *s)
{
    return s->kind == SERIES_DATA || s->kind == SERIES_PENALTY || s->kind == SERIES_VALIDATION;
}

/* What the legend has room for: when there is too much, penalties stay unnamed, and if need be the
 * validation losses too. */
struct names {
    bool penalties, validation;
};

static struct names names_of(const struct view_request *r)
{
    const size_t most = r->text ? 9 : 12;
    size_t count[3] = {0};
    for (size_t m = 0; m < r->models; m++) {
        const struct history *h = &r->model[m]->history;
        for (size_t i = 0; i < h->count; i++)
            if (is_loss(&h->series[i]))
                count[h->series[i].kind]++;
    }
    const size_t totals = count[SERIES_DATA] + count[SERIES_VALIDATION];
    return (struct names){totals + count[SERIES_PENALTY] <= most, totals <= most};
}

static bool is_named(const struct names *n, const struct series *s)
{
    return s->kind == SERIES_PENALTY      ? n->penalties
           : s->kind == SERIES_VALIDATION ? n->validation
                                          : true;
}

static void measure(const struct view_request *r, struct extent_of *of)
{
    for (size_t m = 0; m < r->models; m++) {
        const struct history *h = &r->model[m]->history;
        for (size_t i = 0; i < h->count; i++)
            if (is_loss(&h->series[i]))
                curve_measure(of, &h->series[i]);
    }
}

/* The colour says the role, and the dash tells penalties apart; of several models the colour says
 * which, and the dash the role. */
static struct pen pen_of(const struct view_request *r, size_t model, const struct series *s,
                         size_t penalty)
{
    const bool activity = strstr(s->name, ".activity") != NULL;
    struct pen pen = {.width = 2};
    if (s->kind == SERIES_DATA)
        pen.colour = BLUE;
    else if (s->kind == SERIES_VALIDATION)
        pen = (struct pen){.colour = VERMILION, .dash = 1, .width = 2};
    else
        pen = (struct pen){.colour = activity ? ORANGE : GREEN, .dash = penalty % 4, .width = 2};
    if (r->models == 1)
        return pen;
    pen.colour = model;
    if (s->kind == SERIES_PENALTY)
        pen.dash = 2 + penalty % 3;
    return pen;
}

static int add_model(struct figure *f, struct str *plot, const struct view_request *r, size_t model,
                     size_t *number, struct err *e)
{
    const struct history *h = &r->model[model]->history;
    const struct names names = names_of(r);
    size_t penalties = 0;
    int bad = 0;
    for (size_t i = 0; i < h->count && !bad; i++) {
        const struct series *s = &h->series[i];
        struct str name = {0};
        if (!is_loss(s))
            continue;
        request_name(&name, r, r->model[model],
                     s->kind == SERIES_DATA         ? "data loss"
                     : s->kind == SERIES_VALIDATION ? "validation data loss"
                                                    : s->name);
        struct curve c = {.series = s,
                          .pen = pen_of(r, model, s, penalties),
                          .name = name.text,
                          .legend = is_named(&names, s) ? name.text : NULL,
                          .column = "2",
                          .smooth = true};
        penalties += s->kind == SERIES_PENALTY;
        bad = name.failed ? err_memory(e) : curve_add(f, plot, r, &c, (*number)++, e);
        str_finish(&name);
    }
    return bad;
}

/* The loss by name, if all models have the same. */
static void label(struct str *to, const struct view_request *r, bool log)
{
    const struct args *loss = r->model[0]->recipe.loss.args;
    for (size_t i = 1; i < r->models && loss; i++)
        if (!r->model[i]->recipe.loss.args || r->model[i]->recipe.loss.args->entry != loss->entry)
            loss = NULL;
    str_add(to, "set ylabel 'loss");
    if (loss)
        str_addf(to, ": %s", loss->entry->name);
    const struct names n = names_of(r);
    str_addf(to, "%s' noenhanced\nset xlabel 'step%s'\n", log ? " (log scale)" : "",
             !n.validation  ? " (without names: validation dashed, penalties dotted)"
             : !n.penalties ? " (without names: penalties)"
                            : "");
}

static int fill(const struct view_request *r, const struct extent_of *of, struct figure *f,
                struct str *plot, struct err *e)
{
    enum { KEYS_LARGE = 6 };
    double x[2];
    size_t number = 0;
    const bool log = curve_is_log(of, 10);
    style_begin(f, r);
    for (size_t m = 0; m < r->models; m++)
        if (add_model(f, plot, r, m, &number, e))
            return -1;
    if (number > KEYS_LARGE && !r->text)
        str_add(&f->program, "set key font ',10'\n");
    style_head(&f->program, r, "loss");
    label(&f->program, r, log);
    const struct page page = page_for(r, 1, 1, plot);
    curve_steps(&f->program, &page, of, 10, x);
    curve_axis(&f->program, &page, of, log);
    page_legend(&f->program, &page, "step");
    style_events(&f->program, r, 0, r->models, x, LABELS_BESIDE);
    style_plot(&f->program, plot);
    return 0;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct extent_of of = {0};
    struct str plot = {0};
    if (request_filled(r, e) || request_whole(r, "loss", e))
        return -1;
    measure(r, &of);
    if (!of.any)
        return request_nothing(r, e);
    int bad = fill(r, &of, f, &plot, e);
    str_finish(&plot);
    return request_done(f, bad, e);
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
                "Of several models the colour says which, and the dash what: whole lines are data "
                "losses, dashed ones validation, dotted ones penalties.",
            .example = "data moons 200 split=0.2\ninput 2\ndense 8 relu activity=l1(1e-3)\n"
                       "dense 1 sigmoid\ntrain 3\nplot loss\n",
        },
    .draw = draw,
};
