/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/acts.h"

#include "cmd/report/report.h"

#include "nn/layer.h"
#include "train/prune.h"

/* The table of them, which begins with the first row. */
struct acts {
    struct report *r;
    const struct model *m;
    const struct dataset *d;
    bool begun;
};

static void begin_table(struct acts *a)
{
    static const struct report_column columns[] = {
        {"row", "row", REPORT_WORDS},
        {"on", "on", REPORT_WORDS},
        {"when", "when", REPORT_WORDS},
        {"does", "does", REPORT_WORDS},
    };
    static const struct report_table table = {.key = "acts",
                                              .column = columns,
                                              .columns = sizeof columns / sizeof *columns,
                                              .line = "{row} {on}: {does}, {when}\n"};
    if (!a->begun)
        report_table(a->r, &table);
    a->begun = true;
}

/* Begins a row: what kind it is of, what it acts on, and when. What it does is to be added to the
 * result. */
static struct str *act_add(struct acts *a, const char *row, const char *on, const char *when)
{
    begin_table(a);
    report_row(a->r, REPORT_FOR_ALL);
    report_text(a->r, NULL, row);
    report_text(a->r, NULL, on);
    report_text(a->r, NULL, when);
    return report_words(a->r, NULL);
}

static void data_acts(struct acts *a)
{
    char number[NUMBER_ROOM];
    if (a->d && a->d->mixup > 0)
        str_addf(act_add(a, "noise", "data", "in training batches"), "mixup=%s",
                 number_text(a->d->mixup, number));
    if (a->d && a->d->noise > 0)
        str_addf(act_add(a, "noise", "data", "in training batches"), "train_noise=%s",
                 number_text(a->d->noise, number));
}

/* Of one amount of a layer. */
static void noise_act(struct acts *a, const struct layer *l, const char *name, double level)
{
    char number[NUMBER_ROOM];
    if (level > 0)
        str_addf(act_add(a, "noise", l->name, "in training steps"), "%s with %s=%s",
                 l->kind->entry.name, name, number_text(level, number));
}

static void noise_acts(struct acts *a)
{
    const struct graph *g = a->m->graph;
    for (id i = 0; i < g->layers; i++) {
        const struct layer *l = &g->layer[i];
        if (l->kind->noise)
            noise_act(a, l, l->kind->noise, model_noise(a->m, i));
        for (const char *const *n = l->kind->noises; n && *n; n++)
            noise_act(a, l, *n, args_number(l->args, *n));
    }
}

static void step_acts(struct acts *a)
{
    const struct args *args = a->m->recipe.optimizer.args;
    const struct opt_step_key *key[STEP_KEYS_MOST];
    size_t at[STEP_KEYS_MOST];
    char number[NUMBER_ROOM];
    const size_t keys = args ? opt_step_keys(args, key, at) : 0;
    for (size_t i = 0; i < keys; i++)
        str_addf(
            act_add(a, "step", key[i]->decays ? "weights that decay" : "weights", "in each step"),
            "%s=%s: %s", key[i]->name, number_text(args->arg[at[i]].as.number, number),
            key[i]->formula);
    if (a->m->recipe.common.ema > 0)
        str_addf(act_add(a, "step", "weights", "after each step"),
                 "ema=%s: their average is evaluated, printed and saved",
                 number_text(a->m->recipe.common.ema, number));
}

static void constraint_acts(struct acts *a)
{
    const struct graph *g = a->m->graph;
    for (id w = 0; w < g->weights; w++) {
        const char *when = graph_trains(g, w) ? "after each step" : "never: it is frozen";
        if (g->weight[w].constraint)
            args_print(act_add(a, "constraint", g->weight[w].path, when), g->weight[w].constraint);
    }
}

static void prune_acts(struct acts *a)
{
    const struct graph *g = a->m->graph;
    for (id w = 0; w < g->weights; w++) {
        const size_t pruned = model_pruned(a->m, w);
        if (pruned)
            str_addf(act_add(a, "constraint", g->weight[w].path, "after each step"),
                     "prune: %zu of %zu stay 0", pruned, g->weight[w].count);
    }
}

void acts_report(struct report *r, const struct model *m, const struct dataset *d)
{
    /* In the order in which they act in a step. */
    static void (*const families[])(struct acts * a) = {data_acts, noise_acts, step_acts,
                                                        constraint_acts, prune_acts};
    struct acts a = {.r = r, .m = m, .d = d};
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        families[i](&a);
    if (a.begun)
        report_close(r);
}
