/* SPDX-License-Identifier: GPL-3.0-or-later */
/* measure and results. */
#include "cmd/session/results.h"

#include "cmd/common/binder.h"
#include "cmd/common/measures.h"
#include "cmd/common/resolve.h"
#include "cmd/common/results_join.h"
#include "cmd/exec/sweep.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/report/results_report.h"
#include "cmd/session/command.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include <math.h>
#include <string.h>

/* Words that head other columns. */
static bool is_head(const struct session *s, const char *name)
{
    static const char *const heads[] = {"n",      "nnr",   "digest", "steps",
                                        "epochs", "error", "status", "failed"};
    const struct results *of = s->sweep ? s->sweep->results : s->results;
    bool found = false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        found = found || strcmp(heads[i], name) == 0;
    for (size_t a = 0; of && a < of->axes; a++)
        found = found || strcmp(of->target[a], name) == 0;
    return found;
}

static int check_name(const struct session *s, const struct node *target, struct err *e)
{
    if (target->kind != NODE_PATH || strchr(target->text, '.')) {
        err_at(e, target->where, "measure notes a figure under a name of its own");
        return err_hint(e, "write measure active = fraction(h.output > 0.1)");
    }
    if (name_check_word(target->text, target->where, e))
        return -1;
    if (!is_head(s, target->text))
        return 0;
    err_at(e, target->where, "results has a column %s already", target->text);
    return err_hint(e, "choose another name, %s_1", target->text);
}

/* The row of a model by itself. */
static struct results_run *find_alone(const struct results *of, const char *model)
{
    for (size_t i = 0; i < of->runs; i++)
        if (of->run[i].value == RUN_ALONE && strcmp(of->run[i].model, model) == 0)
            return &of->run[i];
    return NULL;
}

/* Such rows stand first. */
static int put_alone(struct results *of, struct results_run *row, struct err *e)
{
    struct results_run *old = find_alone(of, row->model);
    if (old) {
        results_run_finish(old);
        *old = *row;
        *row = (struct results_run){0};
        return 0;
    }
    if (results_add(of, row))
        return err_memory(e);
    const struct results_run added = of->run[of->runs - 1];
    size_t at = of->runs - 1;
    for (; at > 0 && of->run[at - 1].value != RUN_ALONE; at--)
        of->run[at] = of->run[at - 1];
    of->run[at] = added;
    return 0;
}

/* Outside of a sweep. */
static int note_alone(struct session *s, const char *name, double value, struct err *e)
{
    const char *model = current_model(s)->name;
    struct results_run row = {0};
    const struct results_run *old = s->results ? find_alone(s->results, model) : NULL;
    int failed = old ? results_run_copy(&row, old) : !(row.model = mem_text(model, strlen(model)));
    row.value = RUN_ALONE;
    row.seed = s->seed;
    row.status = RUN_DONE;
    failed = failed || results_run_note(&row, name, value) ? err_memory(e) : 0;
    if (!failed)
        failed = measure_run(s, current_model(s), &row, e);
    struct results *own = failed ? NULL : results_own(s);
    if (!failed)
        failed = own && results_name(own, name) == 0 ? put_alone(own, &row, e) : err_memory(e);
    results_run_finish(&row);
    return failed;
}

static int run_measure(struct session *s, const struct args *args, struct err *e)
{
    const struct pair *pair = args_get(args, "figure")->as.pair;
    double value;
    if (check_name(s, pair->target, e))
        return -1;
    if (pair->values != 1)
        return err_at(e, pair->value[1]->where, "measure takes one value");
    if (session_number(s, current_model(s), pair->value[0], &value, e))
        return -1;
    const char *name = pair->target->text;
    if (!s->sweep)
        return note_alone(s, name, value, e);
    return results_run_note(s->sweep->noting, name, value) ? err_memory(e) : 0;
}

static bool is_figure(const struct results *of, const char *name)
{
    bool found = false;
    for (size_t i = 0; i < RUN_FIGURES; i++)
        found = found || strcmp(run_figure_names[i], name) == 0;
    for (size_t i = 0; i < of->names; i++)
        found = found || strcmp(of->name[i], name) == 0;
    return found;
}

static int unknown_figure(const struct results *of, const struct written *word, struct err *e)
{
    struct nearest near = {0};
    struct str all = {0};
    for (size_t i = 0; i < RUN_FIGURES; i++)
        nearest_try(&near, word->text, run_figure_names[i]);
    for (size_t i = 0; i < of->names; i++) {
        nearest_try(&near, word->text, of->name[i]);
        if (all.size < 120)
            str_addf(&all, ", %s", of->name[i]);
    }
    err_at(e, word->where, "results has no figure \"%.80s\"", word->text);
    if (near.name)
        err_hint(e, "did you mean %s?", near.name);
    else
        err_hint(e, "it has %s, %s and the like%s", run_figure_names[RUN_DATA],
                 run_figure_names[RUN_VAL_DATA], all.text && !all.failed ? all.text : "");
    str_finish(&all);
    return -1;
}

/* The figures that are wanted: all words but the names of files, which are in quotes. */
static int take_figures(struct report *r, const struct results *of, const struct arg *words,
                        const char ***only, size_t *count, struct err *e)
{
    const size_t given = words->given ? words->as.words.count : 0;
    *only = arena_new(&r->arena, given, sizeof **only);
    *count = 0;
    if (!*only)
        return err_memory(e);
    for (size_t i = 0; i < given; i++) {
        const struct written *w = &words->as.words.item[i];
        if (!w->quoted && !is_figure(of, w->text))
            return unknown_figure(of, w, e);
        if (!w->quoted)
            (*only)[(*count)++] = w->text;
    }
    return 0;
}

static int show_results(struct session *s, const struct results *of, const struct args *args,
                        struct err *e)
{
    struct report r = {.as = report_renderer_of(args)};
    const char **only;
    size_t count;
    const int failed = take_figures(&r, of, args_get(args, "figures"), &only, &count, e);
    if (failed || checking(s)) {
        report_finish(&r);
        return failed;
    }
    results_report(&r, of, only, count);
    return report_show(s, &r, e);
}

/* What is told of files beside the table. */
static void tell_found(const struct session *s, const struct results_found *f)
{
    session_notice(s, "%zu run%s in %zu file%s", f->runs, f->runs == 1 ? "" : "s", f->files,
                   f->files == 1 ? "" : "s");
    if (f->twice)
        session_notice(s, "%zu row%s of a run that was there already; the first one counts",
                       f->twice, f->twice == 1 ? " is" : "s are");
    if (f->differs)
        session_notice(s, "%zu of them %s other figures than the first", f->differs,
                       f->differs == 1 ? "has" : "have");
}

/* The files that the first name in quotes means; a second one is an error. */
static int show_files(struct session *s, const struct written *w, const struct args *args,
                      struct err *e)
{
    struct arena arena = {0};
    struct file_name file;
    struct results_found found;
    const struct node name = {.kind = NODE_STRING, .text = w->text, .where = w->where};
    if (checking(s))
        return 0;
    int failed = session_file(s, &arena, &name, &file, e);
    struct results *of = failed ? NULL : results_join(&file, &s->host->stop, &found, e);
    arena_finish(&arena);
    if (!of)
        return -1;
    failed = show_results(s, of, args, e);
    if (!failed)
        tell_found(s, &found);
    results_release(of);
    return failed;
}

static int run_results(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *figures = args_get(args, "figures");
    const struct written *file = NULL;
    for (size_t i = 0; figures->given && i < figures->as.words.count; i++) {
        const struct written *w = &figures->as.words.item[i];
        if (w->quoted && file) {
            err_at(e, w->where, "results reads the files of one name");
            return err_hint(e, "let * stand for what they differ in: results \"sweep.*.csv\"");
        }
        file = w->quoted ? w : file;
    }
    if (file)
        return show_files(s, file, args, e);
    const struct results *of = s->results;
    if (of && (of->runs || of->text))
        return show_results(s, of, args, e);
    if (checking(s) && s->checks)
        return 0;
    err_at(e, args->where, "there are no results yet");
    return err_hint(e, "sweep h.kernel = l2(?) over 0 1e-3 { train 5 } makes some; measure "
                       "NAME = EXPRESSION notes one");
}

static const struct arg_spec measure_args[] = {
    ARG("figure", PAIR, ARG_PAIR, .required = true, .line = "NAME = EXPRESSION, a single number"),
};
static const struct arg_spec results_args[] = {
    ARG("figures", REST, ARG_WORDS,
        .line = "which figures; without any, all that there are; in quotes the name of files"),
    REPORT_FORMAT,
};

#define EXAMPLE                                                                                    \
    "data moons 60 split=0.2\ninput 2\ndense 6 relu as h\ndense 1 sigmoid\n"                       \
    "sweep h.activity = l1(?) over 0 1e-2 seeds=2 { train 2; measure active = "                    \
    "fraction(h.output > 0.1) }\nresults\nresults active val.loss.data\n"

const struct command command_measure = {
    COMMAND("measure", measure_args, "notes a figure under a name, for results",
            "In the { } of a sweep it is a figure of the run, else of the current model, which has "
            "a row of its own in results. A second one of that name takes its place.",
            EXAMPLE),
    .run = run_measure,
    /* Its figures may need a loss, which is then chosen for the model. */
    .changes = CHANGES_MODEL | CHANGES_RESULTS,
};
const struct command command_results = {
    COMMAND(
        "results", results_args, "what the newest sweep came to, a row for each value",
        "The figures are those of the quantities of these names, for the model as it stands at the "
        "end of its run: train.loss.data, train.loss.penalty, with a validation share "
        "val.loss.data, for classes train.accuracy and val.accuracy; then what measure noted. With "
        "seeds: mean ± standard deviation (of a sample: n-1) of n runs. Of a run that failed the "
        "row says what it ended in, and no figure counts. Models that were measured outside of a "
        "sweep have rows of their own. undo takes results back with the sweep; a mark does not "
        "hold them. save results \"x.csv\" writes a row for each run.\n\n"
        "results \"sweep.*.csv\" shows what stands in files that log= or save results wrote, such "
        "as "
        "those of the parts of a sweep (nnr --part): * stands for any text and ? for a letter of "
        "their names. They must have the same columns and be of one sweep and one version; a run "
        "that is there twice counts once, and is told. The session's results stay as they are.",
        EXAMPLE),
    .run = run_results,
    .quotes_file = true,
    .looks = true,
    .beyond_run = true,
};
