/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/defaults.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/state.h"

#include "train/gradcheck.h"

#include <math.h>

/* Runs it to its end, ticking between slices. */
static int run_all(const struct session *s, struct gradcheck *c, struct err *e)
{
    const double slice = 0.01;
    double started = session_clock(s);
    while (gradcheck_next(c)) {
        if (stop_check(&s->host->stop, e))
            return -1;
        const double now = session_clock(s);
        if (now - started < slice)
            continue;
        const struct progress p = {.what = "checkgrad", .step = c->done, .steps = c->count};
        started = now;
        if (session_tick(s, &p, e))
            return -1;
    }
    return 0;
}

/* What is looked at, of one tensor or of all; people read it in a row. */
static void add_counts(struct report *r, const struct gradcheck_tensor *t, size_t of, bool row)
{
    report_number(r, row ? NULL : "checked", (double)(t->count - t->skipped));
    if (row)
        str_addf(report_shown(r), "%zu of %zu", t->count - t->skipped, of);
    report_number(r, row ? NULL : "kinks", (double)t->kinks);
    report_number(r, row ? NULL : "skipped", (double)t->skipped);
    report_number(r, row ? NULL : "pushed", (double)t->pushed);
    report_number(r, row ? NULL : "rounding", (double)t->rounding);
    report_number(r, row ? NULL : "error", t->worst);
    report_number(r, row ? NULL : "of", (double)of);
}

static void add_tensors(struct report *r, const struct gradcheck *c)
{
    static const struct report_column columns[] = {
        {"tensor", "tensor", REPORT_WORDS},      {"checked", "checked", REPORT_NUMBER},
        {"at a kink", "kinks", REPORT_NUMBER},   {"skipped", "skipped", REPORT_NUMBER},
        {NULL, "pushed", REPORT_NUMBER},         {"in rounding", "rounding", REPORT_NUMBER},
        {"worst error", "error", REPORT_NUMBER}, {NULL, "of", REPORT_NUMBER},
    };
    static const struct report_table table = {
        .key = "tensors", .column = columns, .columns = sizeof columns / sizeof *columns};
    char shape[80];
    report_table(r, &table);
    for (size_t i = 0; i < c->tensors; i++) {
        const struct weight *w = &c->model->graph->weight[c->tensor[i].weight];
        report_row(r, REPORT_FOR_ALL);
        report_text(r, NULL, w->path);
        str_addf(report_shown(r), "%s %s", w->path, shape_text(&w->shape, shape, sizeof shape));
        add_counts(r, &c->tensor[i], w->count, true);
    }
    report_close(r);
}

static void add_place(struct report *r, const struct gradcheck *c, const struct gradcheck_place *at)
{
    char place[200];
    report_text(r, "place", gradcheck_place(c, at, place, sizeof place));
    gradcheck_part(c, at->part, report_words(r, "part"));
    report_number(r, "analytic", at->analytic);
}

/* The penalty that pushes most where it has no derivative. */
static void add_push(struct report *r, const struct gradcheck *c)
{
    report_open(r, "push", '{');
    add_place(r, c, &c->push.place);
    report_number(r, "back", c->push.back);
    report_number(r, "forth", c->push.forth);
    report_close(r);
}

/* One that is left out: a line for people each. */
static void say_left_out(struct report *r, bool straight)
{
    str_add(report_note(r), straight ? ", whose slope is straight-through and no derivative\n"
                                     : ", which is proximal: it moves weights after the "
                                       "optimizer, and is in no gradient\n");
}

static bool is_left_out(const struct graph *g, id weight)
{
    return g->weight[weight].straight && graph_trains(g, weight);
}

static void list_left_out(struct report *r, const struct gradcheck *c)
{
    const struct graph *g = c->model->graph;
    report_open(r, "left_out", '[');
    for (id w = 0; w < g->weights; w++)
        if (is_left_out(g, w))
            report_text(r, NULL, g->weight[w].path);
    for (size_t p = 0; p < c->parts; p++)
        if (gradcheck_leaves_out(c, p))
            gradcheck_part(c, p, report_words(r, NULL));
    report_close(r);
}

/* Weights and penalties of which there is no derivative, or that are in no gradient. */
static void add_left_out(struct report *r, const struct gradcheck *c)
{
    const struct graph *g = c->model->graph;
    size_t count = 0;
    for (id w = 0; w < g->weights; w++)
        count += is_left_out(g, w);
    for (size_t p = 0; p < c->parts; p++)
        count += gradcheck_leaves_out(c, p);
    if (!count)
        return;
    list_left_out(r, c);
    for (id w = 0; w < g->weights; w++)
        if (is_left_out(g, w)) {
            str_addf(report_note(r), "left out: %s", g->weight[w].path);
            say_left_out(r, true);
        }
    for (size_t p = 0; p < c->parts; p++) {
        if (!gradcheck_leaves_out(c, p))
            continue;
        str_add(report_note(r), "left out: ");
        gradcheck_part(c, p, report_note(r));
        say_left_out(r, !c->trainer->train->applied[p - GRADCHECK_ROW].proximal);
    }
}

/* What people read below the table. */
static void say_found(struct report *r, const struct gradcheck *c, bool pushed, bool right)
{
    if (c->worst.error >= 0)
        report_say(r, "worst: {place}: analytic {analytic}, numeric {numeric}, relative error "
                      "{error}, of {part}\n");
    report_say(
        r, "checked {checked} of {of}, {kinks} of them at a kink; {skipped} skipped near one\n");
    if (pushed)
        report_say(r, "pushed at a kink: {pushed}, the most at {push.place}: {push.part} has no "
                      "derivative there, and pushes with {push.analytic}");
    if (pushed)
        report_say(r, isnan(c->push.back) || isnan(c->push.forth)
                          ? "; no difference can tell its slope\n"
                          : "; its slopes on both sides are {push.back} and {push.forth}\n");
    if (right)
        report_say(
            r, pushed ? "the gradient is right wherever there is one: no error is above {most}\n"
                      : "the gradient is right: no error is above {most}\n");
}

static void check_report(struct report *r, const struct gradcheck *c, bool right)
{
    const struct gradcheck_tensor sum = gradcheck_sum(c);
    report_say(r, "checkgrad of {model}: {samples sample}, in {precision}\n");
    report_bool(r, "right", right);
    add_counts(r, &sum, c->weights, false);
    if (c->worst.error >= 0) {
        add_place(r, c, &c->worst);
        report_number(r, "numeric", c->worst.numeric);
    }
    if (sum.pushed)
        add_push(r, c);
    report_number(r, "most", GRADCHECK_MOST);
    add_tensors(r, c);
    report_number(r, "samples", (double)c->samples);
    report_text(r, "precision", REAL_NAME);
    report_text(r, "model", c->model->name);
    add_left_out(r, c);
    say_found(r, c, sum.pushed > 0, right);
}

/* The report stands on stdout also where the verdict is an error. */
static int report_check(const struct session *s, const struct gradcheck *c,
                        const struct report_renderer *as, struct err *e)
{
    struct report r = {.as = as};
    const int wrong = gradcheck_verdict(c, e);
    if (wrong && e->kind == ERR_MEMORY)
        return -1;
    check_report(&r, c, !wrong);
    return report_show(s, &r, e) ? -1 : wrong;
}

static int run_checkgrad(struct session *s, const struct args *args, struct err *e)
{
    struct model *m = current_model(s);
    struct gradcheck c = {0};
    if (need_data(s, e) || choose_loss(s, m, e))
        return -1;
    if (checking(s))
        return gradcheck_check(m, &s->data, e);
    const int failed = gradcheck_begin(&c, m, &s->data, s->seed, e) || run_all(s, &c, e) ||
                       report_check(s, &c, report_renderer_of(args), e);
    gradcheck_finish(&c);
    return failed ? -1 : 0;
}

static const struct arg_spec checkgrad_args[] = {REPORT_FORMAT};

const struct command command_checkgrad = {
    COMMAND(
        "checkgrad", checkgrad_args, "the gradient in use against differences of the loss",
        "Looks at the first batch of the training data, with the random numbers of the step to "
        "come; nothing changes. The total, the data loss and every penalty are checked, each by "
        "itself: every weight of a model with up to 2000, else 64 in each tensor. Errors are "
        "relative to the largest slope there; up to 0.01 is right in nnr and 1e-7 in nnr64. A "
        "wrong gradient is an error that names the worst place. At a kink, such as that of relu at "
        "0, the gradient must lie between the slopes on both sides; where a penalty moves a weight "
        "from such a place, as max does where two elements are the largest, a line names it. Too "
        "near a kink a weight is skipped; more than one in a hundred is an error. A slope that is "
        "too small for the precision is counted under \"in rounding\". A penalty with prox=yes is "
        "in "
        "no gradient, thresholds of jumprelu and the penalty l0 have a straight-through slope and "
        "no "
        "derivative: they are left out, of the total too, and lines say so.",
        "data moons 40\ninput 2\ndense 8 relu kernel=l2(1e-3) activity=l1(1e-3)\n"
        "dense 1 sigmoid\ncheckgrad\n"),
    .run = run_checkgrad,
    .looks = true,
};
