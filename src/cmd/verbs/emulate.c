/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/report/text_table.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/emulation.h"
#include "cmd/session/state.h"
#include "cmd/work/ledger_run.h"

#include "train/emulate.h"
#include "train/ledger.h"

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

static void add_figure(struct grid *g, const struct ledger *l, size_t row, double figure)
{
    char number[NUMBER_ROOM];
    if (ledger_refused(l))
        grid_add(g, "-");
    else if (row < l->rows && l->row[row].bent == BENT_DROPPED)
        grid_add(g, "dropped");
    else
        grid_add(g, "%s", number_text(figure, number));
}

static void systems_text(struct str *to, const struct systems *all)
{
    enum { MOST = 12 };
    static const bool right[MOST] = {false, true, true, true, true, true,
                                     true,  true, true, true, true, true};
    const struct ledger *first = &all->ledger[0];
    struct grid g = {.columns = all->count + 1, .right = right};
    grid_add(&g, "%s", first->model->name);
    for (size_t i = 0; i < all->count; i++)
        grid_add(&g, "%s", i ? emulations.row[i]->name : "in truth");
    for (size_t r = 0; r < first->rows; r++) {
        char slot[300];
        struct str label = {0};
        args_print(&label, first->model->graph->term[first->row[r].term].args);
        grid_add(&g, "%s %s", ledger_slot(first, r, slot, sizeof slot),
                 label.text ? label.text : "");
        g.failed = g.failed || label.failed;
        str_finish(&label);
        for (size_t i = 0; i < all->count; i++)
            add_figure(&g, &all->ledger[i], r, all->ledger[i].row[r].value);
    }
    static const char *const figures[] = {"data loss", "loss in training", "loss in evaluate"};
    for (size_t k = 0; k < 3; k++) {
        grid_add(&g, "%s", figures[k]);
        for (size_t i = 0; i < all->count; i++) {
            const struct ledger *l = &all->ledger[i];
            add_figure(&g, l, SIZE_MAX, k == 0 ? l->data : k == 1 ? l->total : l->evaluated);
        }
    }
    to->failed = to->failed || g.failed;
    grid_print(&g, to);
    for (size_t i = 0; i < all->count; i++)
        if (ledger_refused(&all->ledger[i]))
            add_refusal(to, emulations.row[i]);
}

static void systems_json(struct str *to, const struct systems *all)
{
    struct json j = {.to = to};
    json_open(&j, NULL, '{');
    json_open(&j, "systems", '[');
    for (size_t i = 0; i < all->count; i++) {
        const struct ledger *l = &all->ledger[i];
        json_open(&j, NULL, '{');
        json_text(&j, "system", emulations.row[i]->name);
        json_bool(&j, "runs", !ledger_refused(l));
        if (ledger_refused(l))
            json_text(&j, "raises", ((const struct emulation *)emulations.row[i])->raises);
        json_number(&j, "data", l->data);
        json_number(&j, "total", l->total);
        json_number(&j, "evaluate", l->evaluated);
        json_open(&j, "terms", '[');
        for (size_t r = 0; r < l->rows; r++)
            json_number(&j, NULL, l->row[r].value);
        json_close(&j, ']');
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    str_add(to, "\n");
}

static int compare_systems(struct session *s, struct err *e)
{
    struct systems all = {.count = emulations.rows - 1};
    struct str text = {0};
    if (need_data(s, e))
        return -1;
    if (checking(s))
        return ledger_check(s, current_model(s), e);
    if (!(all.ledger = mem_new(all.count, sizeof *all.ledger)))
        return err_memory(e);
    int failed = systems_run(s, &all, e);
    if (!failed && s->host->json)
        systems_json(&text, &all);
    else if (!failed)
        systems_text(&text, &all);
    for (size_t i = 0; i < all.count; i++)
        ledger_finish(&all.ledger[i]);
    mem_free(all.ledger);
    return session_report(s, &text, e) ? -1 : failed;
}

static int run_emulate(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *system = args_get(args, "system");
    struct str text = {0};
    if (system->given && system->as.choice == &emulate_all.entry)
        return compare_systems(s, e);
    if (system->given) {
        emulation_take(s, system->as.choice, s->ignores_frozen);
        return 0;
    }
    str_addf(&text, "%s%s\n", s->host->json ? "" : "emulate ", s->emulation->name);
    return session_report_words(s, "emulate", &text, e);
}

static const struct arg_spec emulate_args[] = {
    {.name = "system",
     .form = POSITIONAL,
     .type = ARG_CHOICE,
     .of = &emulations,
     .lists = true,
     .line = "which, or none; alone, emulate prints what is set"},
};

const struct command command_emulate = {
    COMMAND("emulate", emulate_args, "what another system does to this very model's penalties",
            "Holds for training, evaluation and the ledger of all models, until emulate none; the "
            "prompt shows it. The ledger marks each row that is bent, and shows the honest figure "
            "beside the bent one. help keras-1.0 and so on tell what each system does; "
            "emulate all prints a table of what each of them reports, and changes nothing.",
            "data random 20 shape=3x2 target=1 batch=10\ninput 3x2\n"
            "timedistributed dense 2 relu activity=l1(0.1) as td\nflatten\ndense 1\n"
            "emulate keras-1.0\npenalties\nexpect td.activity.penalty == 0\nemulate none\n"
            "penalties\n"),
    .run = run_emulate,
    .changes = CHANGES_DATA,
    .alone_shows = true,
    .stop_first = true,
};
