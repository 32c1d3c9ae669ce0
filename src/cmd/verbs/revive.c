/* SPDX-License-Identifier: GPL-3.0-or-later */
/* revive. */
#include "cmd/common/ledger_run.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include "train/revive.h"

/* One pass over the evaluation data: it looks, or it takes the rows that were drawn. */
static int pass_over(struct session *s, struct revive *x, bool looks, struct err *e)
{
    const struct progress progress = {.what = "revive"};
    struct evaluator pass;
    size_t first = 0;
    if (evaluator_begin(&pass, x->model, &s->data, s->seed, SHARE_EVALUATION, true, e))
        return -1;
    for (; evaluator_next(&pass); first += pass.samples) {
        const struct frame *f = pass.trainer->infer_frame;
        if (looks && revive_look(x, f))
            return err_memory(e);
        if (!looks)
            revive_take(x, f, first);
        if (session_tick(s, &progress, e))
            return -1;
    }
    return stop_check(&s->host->stop, e);
}

static int note_event(struct model *m, const char *layer, struct err *e)
{
    struct str label = {0};
    str_addf(&label, "revive %s", layer);
    const int failed =
        label.failed || (m->state.step && history_event(&m->history, m->state.step, label.text));
    str_finish(&label);
    return failed ? err_memory(e) : 0;
}

static void tell(struct report *r, const struct session *s, const struct revive *x,
                 const char *layer)
{
    const bool validation = s->data.training < s->data.samples;
    report_text(r, "layer", layer);
    report_number(r, "units", (double)x->active.units);
    report_number(r, "revived", (double)x->units);
    report_text(r, "share", validation ? "validation" : "training");
    report_open(r, "which", '[');
    str_addf(report_shown(r), "%s", x->units ? "" : "none");
    for (size_t k = 0; k < x->units; k++)
        report_number(r, NULL, (double)x->unit[k]);
    report_close(r);
    report_say(r, "revive {layer}: {revived} of {units} units were 0 on the whole {share} data");
    if (x->units)
        report_say(r, " and start anew:");
    for (size_t k = 0; k < x->units; k++)
        str_addf(report_note(r), "%s %zu", k ? "," : "", x->unit[k]);
    report_say(r, "\n");
}

static int revive_units(struct session *s, struct model *m, id call, const char *layer,
                        struct err *e)
{
    struct revive x;
    struct report r = {0};
    int failed = revive_begin(&x, m, call) ? err_memory(e) : 0;
    if (!failed && !(failed = pass_over(s, &x, true, e)) && revive_choose(&x, s->seed))
        failed = err_memory(e);
    if (!failed && x.units)
        failed =
            pass_over(s, &x, false, e) || note_event(m, layer, e) || revive_put(&x, s->seed, e);
    if (!failed) {
        tell(&r, s, &x, layer);
        failed = report_show(s, &r, e);
    }
    revive_finish(&x);
    return failed;
}

static int run_revive(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *name = args_get(args, "layer");
    struct model *m = current_model(s);
    id call;
    if (need_data(s, e))
        return -1;
    const id layer = name_layer(m->graph, name->as.text, name->where, e);
    if (layer == NOTHING || revive_check(m, layer, name->where, &call, e) || ledger_check(s, m, e))
        return -1;
    return checking(s) ? 0 : revive_units(s, m, call, m->graph->layer[layer].name, e);
}

static const struct arg_spec revive_args[] = {
    ARG("layer", POSITIONAL, ARG_PATH, .required = true, .line = "a dense layer",
        .naming = NAMING_PARTS),
};

const struct command command_revive = {
    COMMAND(
        "revive", revive_args, "starts units anew that are dead",
        "A unit is dead if it puts out 0 for every sample of the evaluation data, as dead(LAYER) "
        "counts. Each gets, as its column of the kernel, an input that the layer has there, "
        "scaled to 0.2 of the living units' mean norm (of 1, if none lives); samples are drawn "
        "by the square of their data loss, so units go where the model does badly (Bricken et "
        "al., Towards Monosemanticity, 2023). Its bias becomes 0, its theta, alpha and idle "
        "start as they did, and what the optimizer keeps of all these begins anew. Other layers "
        "stay as they are. It says which units those are. The draw follows from the seed and "
        "the step, so a record leads to the same weights.",
        "data digits target=input\ninput 64\ndense 30 relu bias_init=constant(-9) as code\n"
        "dense 64 sigmoid\ntrain 1\nrevive code\nprint dead(code)\n"),
    .run = run_revive,
    .changes = CHANGES_MODEL,
};
