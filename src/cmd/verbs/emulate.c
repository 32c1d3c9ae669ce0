/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/ledger_run.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/emulation.h"
#include "cmd/session/state.h"

#include "train/emulate.h"
#include "train/ledger.h"

#include <string.h>

/* The ledger of one model as each system has it: none first. */
struct systems {
    struct ledger *ledger;
    size_t count;
};

static int systems_run(struct session *s, struct systems *all, struct err *e)
{
    const struct entry *before = s->emulation;
    int failed = 0;
    for (size_t i = 0; i < all->count && !failed; i++) {
        emulation_take(s, emulations.row[i], s->ignores_frozen);
        failed = ledger_run(s, &all->ledger[i], current_model(s), SHARE_EVALUATION, false, e);
        if (failed)
            ledger_finish(&all->ledger[i]);
    }
    emulation_take(s, before, s->ignores_frozen);
    return failed;
}

/* A figure as one system has it; people see when it has none. */
static void add_figure(struct report *r, const struct ledger *l, double figure, bool dropped)
{
    report_number(r, NULL, figure);
    if (ledger_refused(l))
        str_add(report_shown(r), "-");
    else if (dropped)
        str_add(report_shown(r), "dropped");
}

/* System, runs, raises, rows, data loss, loss in training, loss in evaluate, terms. */
static void system_row(struct report *r, const struct ledger *l, size_t system)
{
    report_row(r, REPORT_FOR_ALL);
    report_text(r, NULL, emulations.row[system]->name);
    if (!system)
        str_add(report_shown(r), "in truth");
    report_bool(r, NULL, !ledger_refused(l));
    if (ledger_refused(l))
        report_text(r, NULL, ((const struct emulation *)emulations.row[system])->raises);
    else
        report_nothing(r);
    for (size_t i = 0; i < l->rows; i++)
        add_figure(r, l, l->row[i].value, l->row[i].bent == BENT_DROPPED);
    add_figure(r, l, l->data, false);
    add_figure(r, l, l->total, false);
    add_figure(r, l, l->evaluated, false);
    report_open(r, NULL, '[');
    for (size_t i = 0; i < l->rows; i++)
        report_number(r, NULL, l->row[i].value);
    report_close(r);
}

/* A term as people read it; NULL without memory. */
static const char *row_head(struct report *r, const struct ledger *l, size_t row)
{
    char slot[300];
    struct str label = {0};
    str_addf(&label, "%s ", ledger_slot(l, row, slot, sizeof slot));
    args_print(&label, model_term(l->model, l->row[row].term));
    const char *head = label.failed ? NULL : arena_text(&r->arena, label.text, label.size);
    r->text.failed = r->text.failed || !head;
    str_finish(&label);
    return head;
}

static int systems_show(struct session *s, const struct systems *all,
                        const struct report_renderer *as, struct err *e)
{
    static const struct report_column figures[] = {
        {NULL, "system", REPORT_WORDS},
        {NULL, "runs", REPORT_WORDS},
        {NULL, "raises", REPORT_WORDS},
        {"data loss", "data", REPORT_NUMBER},
        {"loss in training", "total", REPORT_NUMBER},
        {"loss in evaluate", "evaluate", REPORT_NUMBER},
        {NULL, "terms", REPORT_NUMBER},
    };
    enum { BEFORE = 3, FIGURES = sizeof figures / sizeof *figures };
    const struct ledger *first = &all->ledger[0];
    struct report r = {.as = as};
    struct report_column *to = arena_new(&r.arena, FIGURES + first->rows, sizeof *to);
    if (!to)
        return err_memory(e);
    const struct report_table table = {
        .key = "systems", .column = to, .columns = FIGURES + first->rows, .sideways = true};
    memcpy(to, figures, BEFORE * sizeof *to);
    memcpy(to + BEFORE + first->rows, figures + BEFORE, (FIGURES - BEFORE) * sizeof *to);
    to[0].head = first->model->name;
    for (size_t i = 0; i < first->rows; i++)
        to[BEFORE + i] = (struct report_column){row_head(&r, first, i), NULL, REPORT_NUMBER};
    report_table(&r, &table);
    for (size_t i = 0; i < all->count; i++)
        system_row(&r, &all->ledger[i], i);
    report_close(&r);
    for (size_t i = 0; i < all->count; i++)
        if (ledger_refused(&all->ledger[i]))
            add_refusal(report_note(&r), emulations.row[i]);
    return report_show(s, &r, e);
}

static int compare_systems(struct session *s, const struct report_renderer *as, struct err *e)
{
    struct systems all = {.count = emulations.rows - 1};
    if (need_data(s, e))
        return -1;
    if (checking(s))
        return ledger_check(s, current_model(s), e);
    if (!(all.ledger = mem_new(all.count, sizeof *all.ledger)))
        return err_memory(e);
    int failed = systems_run(s, &all, e);
    if (!failed)
        failed = systems_show(s, &all, as, e);
    for (size_t i = 0; i < all.count; i++)
        ledger_finish(&all.ledger[i]);
    mem_free(all.ledger);
    return failed;
}

static int run_emulate(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *system = args_get(args, "system");
    struct str text = {0};
    if (system->given && system->as.choice == &emulate_all.entry)
        return compare_systems(s, report_renderer_of(args), e);
    if (report_no_format(args, e))
        return -1;
    if (system->given) {
        emulation_take(s, system->as.choice, s->ignores_frozen);
        return 0;
    }
    str_addf(&text, "%s%s\n", s->host->json ? "" : "emulate ", s->emulation->name);
    return session_report_words(s, "emulate", &text, e);
}

static const struct arg_spec emulate_args[] = {
    ARG("system", POSITIONAL, ARG_CHOICE, .of = &emulations, .lists = true,
        .line = "which, or none; alone, emulate prints what is set"),
    REPORT_FORMAT,
};

const struct command command_emulate = {
    COMMAND("emulate", emulate_args, "what another system does to this very model's penalties",
            "Holds for training, evaluation and the ledger of all models, until emulate none; the "
            "prompt shows it. The ledger marks each row that is bent, and shows the honest figure "
            "beside the bent one. help keras-1.0 and so on tell what each system does; emulate all "
            "prints a table of what each of them reports, and changes nothing.",
            "data random 20 shape=3x2 target=1 batch=10\ninput 3x2\n"
            "timedistributed dense 2 relu activity=l1(0.1) as td\nflatten\ndense 1\n"
            "emulate keras-1.0\npenalties\nexpect td.activity.penalty == 0\nemulate none\n"
            "penalties\n"),
    .run = run_emulate,
    .changes = CHANGES_DATA,
    .alone_shows = true,
    .stop_first = true,
};
