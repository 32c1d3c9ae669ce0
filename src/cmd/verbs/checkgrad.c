/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/report/text_table.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/state.h"
#include "cmd/work/defaults.h"

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

/* tensor, checked, at a kink, skipped, in rounding, worst error */
static const bool flush_right[] = {false, true, true, true, true, true};
enum { COLUMNS = sizeof flush_right / sizeof *flush_right };

static void add_tensor(struct grid *g, const struct gradcheck *c, const struct gradcheck_tensor *t)
{
    const struct weight *w = &c->model->graph->weight[t->weight];
    char shape[80], number[NUMBER_ROOM];
    grid_add(g, "%s %s", w->path, shape_text(&w->shape, shape, sizeof shape));
    grid_add(g, "%zu of %zu", t->count - t->skipped, w->count);
    grid_add(g, "%zu", t->kinks);
    grid_add(g, "%zu", t->skipped);
    grid_add(g, "%zu", t->rounding);
    grid_add(g, "%s", number_text(t->worst, number));
}

static void add_tensors(struct str *to, const struct gradcheck *c)
{
    static const char *const heads[COLUMNS] = {
        "tensor", "checked", "at a kink", "skipped", "in rounding", "worst error",
    };
    struct grid g = {.columns = COLUMNS, .right = flush_right};
    for (size_t i = 0; i < COLUMNS; i++)
        grid_add(&g, "%s", heads[i]);
    for (size_t i = 0; i < c->tensors; i++)
        add_tensor(&g, c, &c->tensor[i]);
    grid_print(&g, to);
}

static void add_worst(struct str *to, const struct gradcheck *c)
{
    char place[200], analytic[NUMBER_ROOM], numeric[NUMBER_ROOM], error[NUMBER_ROOM];
    if (c->worst.error < 0)
        return;
    str_addf(to, "worst: %s: analytic %s, numeric %s, relative error %s, of ",
             gradcheck_place(c, &c->worst, place, sizeof place),
             number_text(c->worst.analytic, analytic), number_text(c->worst.numeric, numeric),
             number_text(c->worst.error, error));
    gradcheck_part(c, &c->worst, to);
    str_add(to, "\n");
}

/* The penalty that pushes most where it has no derivative, on a line of its own. */
static void add_push(struct str *to, const struct gradcheck *c, size_t pushed)
{
    char place[200], analytic[NUMBER_ROOM], back[NUMBER_ROOM], forth[NUMBER_ROOM];
    if (!pushed)
        return;
    str_addf(to, "pushed at a kink: %zu, the most at %s: ", pushed,
             gradcheck_place(c, &c->push.place, place, sizeof place));
    gradcheck_part(c, &c->push.place, to);
    str_addf(to, " has no derivative there, and pushes with %s",
             number_text(c->push.place.analytic, analytic));
    if (isnan(c->push.back) || isnan(c->push.forth))
        str_add(to, "; no difference can tell its slope\n");
    else
        str_addf(to, "; its slopes on both sides are %s and %s\n", number_text(c->push.back, back),
                 number_text(c->push.forth, forth));
}

static void check_text(struct str *to, const struct gradcheck *c, bool right)
{
    const struct gradcheck_tensor sum = gradcheck_sum(c);
    char most[NUMBER_ROOM];
    str_addf(to, "checkgrad of %s: %zu sample%s, in %s\n", c->model->name, c->samples,
             c->samples == 1 ? "" : "s", REAL_NAME);
    add_tensors(to, c);
    add_worst(to, c);
    str_addf(to, "checked %zu of %zu, %zu of them at a kink; %zu skipped near one\n",
             c->count - sum.skipped, c->weights, sum.kinks, sum.skipped);
    add_push(to, c, sum.pushed);
    if (right)
        str_addf(to, "the gradient is right%s: no error is above %s\n",
                 sum.pushed ? " wherever there is one" : "", number_text(GRADCHECK_MOST, most));
}

static void worst_json(struct json *j, const struct gradcheck *c)
{
    char place[200];
    struct str part = {0};
    gradcheck_part(c, &c->worst, &part);
    j->to->failed = j->to->failed || part.failed;
    json_text(j, "place", gradcheck_place(c, &c->worst, place, sizeof place));
    json_text(j, "part", part.text ? part.text : "");
    json_number(j, "analytic", c->worst.analytic);
    json_number(j, "numeric", c->worst.numeric);
    str_finish(&part);
}

static void push_json(struct json *j, const struct gradcheck *c)
{
    char place[200];
    struct str part = {0};
    gradcheck_part(c, &c->push.place, &part);
    j->to->failed = j->to->failed || part.failed;
    json_open(j, "push", '{');
    json_text(j, "place", gradcheck_place(c, &c->push.place, place, sizeof place));
    json_text(j, "part", part.text ? part.text : "");
    json_number(j, "analytic", c->push.place.analytic);
    json_number(j, "back", c->push.back);
    json_number(j, "forth", c->push.forth);
    json_close(j, '}');
    str_finish(&part);
}

static void counts_json(struct json *j, const struct gradcheck_tensor *t)
{
    json_number(j, "checked", (double)(t->count - t->skipped));
    json_number(j, "kinks", (double)t->kinks);
    json_number(j, "skipped", (double)t->skipped);
    json_number(j, "pushed", (double)t->pushed);
    json_number(j, "rounding", (double)t->rounding);
    json_number(j, "error", t->worst);
}

static void check_json(struct str *to, const struct gradcheck *c, bool right)
{
    const struct gradcheck_tensor sum = gradcheck_sum(c);
    struct json j = {.to = to};
    json_open(&j, NULL, '{');
    json_bool(&j, "right", right);
    counts_json(&j, &sum);
    json_number(&j, "of", (double)c->weights);
    if (c->worst.error >= 0)
        worst_json(&j, c);
    if (sum.pushed)
        push_json(&j, c);
    json_number(&j, "most", GRADCHECK_MOST);
    json_open(&j, "tensors", '[');
    for (size_t i = 0; i < c->tensors; i++) {
        const struct weight *w = &c->model->graph->weight[c->tensor[i].weight];
        json_open(&j, NULL, '{');
        json_text(&j, "tensor", w->path);
        counts_json(&j, &c->tensor[i]);
        json_number(&j, "of", (double)w->count);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_number(&j, "samples", (double)c->samples);
    json_text(&j, "precision", REAL_NAME);
    json_text(&j, "model", c->model->name);
    json_close(&j, '}');
    str_add(to, "\n");
}

/* The report stands on stdout also where the verdict is an error. */
static int report(const struct session *s, const struct gradcheck *c, struct err *e)
{
    struct str text = {0};
    const int wrong = gradcheck_verdict(c, e);
    if (wrong && e->kind == ERR_MEMORY)
        return -1;
    (s->host->json ? check_json : check_text)(&text, c, !wrong);
    return session_report(s, &text, e) ? -1 : wrong;
}

static int run_checkgrad(struct session *s, const struct args *args, struct err *e)
{
    struct model *m = current_model(s);
    struct gradcheck c = {0};
    (void)args;
    if (need_data(s, e) || choose_loss(s, m, e))
        return -1;
    if (checking(s))
        return gradcheck_check(m, &s->data, e);
    const int failed =
        gradcheck_begin(&c, m, &s->data, s->seed, e) || run_all(s, &c, e) || report(s, &c, e);
    gradcheck_finish(&c);
    return failed ? -1 : 0;
}

const struct command command_checkgrad = {
    COMMAND_ALONE(
        "checkgrad", "the gradient in use against differences of the loss",
        "Looks at the first batch of the training data, with the random numbers of the step to "
        "come; nothing changes. The total, the data loss and every penalty are checked, each by "
        "itself: every weight of a model with up to 2000, else 64 in each tensor. Errors are "
        "relative to the largest slope there; up to 0.01 is right in nnr and 1e-7 in nnr64. A "
        "wrong gradient is an error that names the worst place. At a kink, such as that of relu "
        "at 0, the gradient must lie between the slopes on both sides; where a penalty moves a "
        "weight "
        "from such a place, as max does where two elements are the largest, a line names it. Too "
        "near a kink a weight is "
        "skipped; more than one in a hundred is an error. A slope that is too small for the "
        "precision is counted under \"in rounding\".",
        "data moons 40\ninput 2\ndense 8 relu kernel=l2(1e-3) activity=l1(1e-3)\n"
        "dense 1 sigmoid\ncheckgrad\n"),
    .run = run_checkgrad,
    .looks = true,
};
