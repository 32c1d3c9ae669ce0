/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/request.h"
#include "plot/style.h"
#include "plot/view_activity.h"
#include "plot/view_loss.h"
#include "plot/view_objective.h"
#include "plot/view_pull.h"

#include <stdio.h>

enum { PANELS = 4, MODELS_MOST = 3 };

static int objective(const struct view_request *r, unsigned down, unsigned across, struct figure *f,
                     struct err *e)
{
    return objective_panel(r, down, across, NULL, f, e);
}

static const struct {
    const char *title;
    int (*add)(const struct view_request *r, unsigned down, unsigned across, struct figure *f,
               struct err *e);
} panels[PANELS] = {
    {"loss", loss_panel},
    {"objective: the loss as a sum", objective},
    {"activity: outputs that are small", shares_panel},
    {"pull: gradient into each layer", pull_panel},
};

/* What was set for one panel ends with it. */
static void begin_panel(struct figure *f, const struct view_request *r, const char *title)
{
    struct str text = {0};
    str_add(&f->program,
            "unset arrow\nunset label\nunset logscale\nset ytics auto\nset xtics auto\n"
            "set autoscale\nunset rmargin\nset format y\nset key\n");
    if (r->among)
        str_addf(&text, "%s: ", r->model[0]->name);
    str_add(&text, title);
    f->program.failed = f->program.failed || text.failed;
    if (!text.failed)
        style_title(&f->program, r, &text, r->text ? 1 : r->among ? 3 : 2);
    str_finish(&text);
}

/* A panel that has nothing to draw says why. */
static void add_reason(struct figure *f, const struct err *why)
{
    str_add(&f->program, "unset border\nunset tics\nset xlabel ''\nset ylabel ''\nset label ");
    figure_quote(&f->program, why->what);
    str_add(&f->program, " at graph 0.5, graph 0.5 center noenhanced\n"
                         "plot [0:1][0:1] NaN notitle\n"
                         "set border 3\nset tics nomirror out\nunset label\n");
}

static int add_panel(const struct view_request *r, size_t i, unsigned down, unsigned across,
                     struct figure *f, struct err *e)
{
    struct err why = {0};
    begin_panel(f, r, panels[i].title);
    if (panels[i].add(r, down, across, f, &why) == 0)
        return 0;
    if (why.kind != ERR_INPUT) {
        *e = why;
        return -1;
    }
    add_reason(f, &why);
    return 0;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    const bool one = r->models == 1;
    const unsigned down = one ? 2 : PANELS, across = one ? 2 : (unsigned)r->models;
    int bad = 0;
    if (request_filled(r, e) || request_whole(r, "dash", e) ||
        request_room(r, "dash", "model", "of MODEL", r->models, r->text ? 1 : MODELS_MOST, e))
        return -1;
    style_begin(f, r);
    style_panels(&f->program, r, "dash", down, across);
    for (size_t i = 0; i < PANELS && !bad; i++)
        for (size_t m = 0; m < r->models && !bad; m++) {
            struct view_request part = *r;
            part.model = r->model + m;
            part.models = 1;
            part.among = !one;
            bad = add_panel(&part, i, down, across, f, e);
        }
    style_panels_end(&f->program);
    return request_done(f, bad, e);
}

const struct view_kind view_dash = {
    .entry =
        {
            .name = "dash",
            .summary = "loss, objective, activity and pull in one window",
            .details =
                "The losses by step; the same as areas that add up to the loss; the shares of "
                "outputs that are 0 or small; and how hard the data and each penalty pull at each "
                "layer now. Of several models each has a column; there "
                "blue is the data loss, red and dashed validation, orange what penalties on "
                "outputs "
                "add, and green those on weights.",
            .example = "data moons 200 split=0.2\ninput 2\n"
                       "dense 8 relu activity=l1(1e-2) as hidden\ndense 1 sigmoid\ntrain 5\n"
                       "plot dash\n",
        },
    .draw = draw,
};
