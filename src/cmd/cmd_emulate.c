/* SPDX-License-Identifier: GPL-3.0-or-later */
/* emulate, and the setting penalties.frozen: what bends the penalties of all models. */
#include "cmd/command.h"

#include "train/emulate.h"

#include <string.h>

static bool is_bent(const struct session *s)
{
    return s->emulation != emulations.row[0] || s->ignores_frozen;
}

void session_bend(struct session *s)
{
    const struct policy *policy = is_bent(s) ? &s->policy : NULL;
    for (size_t i = 0; i < s->models; i++)
        if (s->model[i]->policy != policy)
            model_bend(s->model[i], policy);
}

void emulation_take(struct session *s, const struct entry *system, bool ignores_frozen)
{
    const struct emulation *e = (const struct emulation *)system;
    s->emulation = system;
    s->ignores_frozen = ignores_frozen;
    s->policy = e->policy;
    s->policy.ignores_frozen = e->policy.ignores_frozen || ignores_frozen;
    /* Plans that were made by what stood here before are of no use. */
    for (size_t i = 0; i < s->models; i++)
        model_bend(s->model[i], is_bent(s) ? &s->policy : NULL);
}

int emulation_check(const struct session *s, const struct model *m, struct err *e)
{
    const struct graph *g = m->graph;
    for (size_t i = 0; s->policy.refuses_activity && i < g->terms; i++)
        if (g->term[i].activity) {
            err_at(e, (struct span){0}, "%s refuses the activity penalty %s.activity",
                   s->emulation->name, g->layer[g->term[i].layer].name);
            return err_hint(e, "penalties shows the ledger; emulate none ends the emulation");
        }
    return 0;
}

static int run_emulate(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *system = args_get(args, "system");
    struct str text = {0};
    if (system->given) {
        emulation_take(s, system->as.choice, s->ignores_frozen);
        return 0;
    }
    str_addf(&text, "%s%s\n", s->host->json ? "" : "emulate ", s->emulation->name);
    return session_report_words(s, "emulate", &text, e);
}

static const struct entry frozen_count = {.name = "count", .summary = "they count"};
static const struct entry frozen_ignore = {.name = "ignore", .summary = "they are left out"};
static const struct entry *const frozen_rows[] = {&frozen_count, &frozen_ignore};
static const struct table frozen_table = {"choice", frozen_rows, 2};
static const struct arg_spec frozen_spec = {
    .name = "penalties.frozen", .form = KEY, .type = ARG_CHOICE, .of = &frozen_table};

int set_penalties(struct session *s, const char *key, struct span where, const struct node *value,
                  struct err *e)
{
    struct arena arena = {0};
    struct binder b = session_binder(s, &arena);
    struct arg choice = {0};
    if (strcmp(key, "frozen") != 0) {
        err_at(e, where, "penalties has no setting \"%s\"", key);
        return err_hint(e, "it has frozen: set penalties.frozen = ignore");
    }
    int failed = bind_value(&b, &frozen_spec, value, &choice, e);
    if (!failed)
        emulation_take(s, s->emulation, choice.as.choice == &frozen_ignore);
    arena_finish(&arena);
    return failed ? -1 : 0;
}

static const struct arg_spec emulate_args[] = {
    {.name = "system",
     .form = POSITIONAL,
     .type = ARG_CHOICE,
     .of = &emulations,
     .line = "which, or none; alone, emulate prints what is set"},
};

const struct command command_emulate = {
    COMMAND("emulate", emulate_args, "what another system does to this very model's penalties",
            "Holds for training, evaluation and the ledger of all models, until emulate none; the "
            "prompt shows it. The ledger marks each row that is bent, and shows the honest figure "
            "beside the bent one. help keras-1.0 and so on tell what each system does.",
            "data random 20 shape=3x2 target=1 batch=10\ninput 3x2\n"
            "timedistributed dense 2 relu activity=l1(0.1) as td\nflatten\ndense 1\n"
            "emulate keras-1.0\npenalties\nexpect td.activity.penalty == 0\nemulate none\n"
            "penalties\n"),
    .run = run_emulate,
    .stop_first = true,
};
