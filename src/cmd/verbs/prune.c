/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prune, unprune. */
#include "cmd/common/binder.h"
#include "cmd/common/rule_compile.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/verbs/set_rule.h"

#include "train/prune.h"

#include <stdio.h>
#include <string.h>

static void list_weights(const struct graph *g, const struct layer *l, char *text, size_t room)
{
    size_t used = 0;
    text[0] = 0;
    for (id w = l->first_weight; w < l->first_weight + l->weights && used < room; w++)
        used +=
            (size_t)snprintf(text + used, room - used, "%s%s", used ? ", " : "", g->weight[w].name);
}

static int no_weight(const struct graph *g, const struct layer *l, const char *name,
                     struct span where, struct err *e)
{
    char list[200];
    list_weights(g, l, list, sizeof list);
    err_at(e, where, "%s has no weight \"%s\"", l->name, name);
    if (!l->built || l->body)
        return err_hint(e,
                        l->body ? "name a layer in it" : "it gets its weights when it is called");
    return l->weights ? err_hint(e, "it has %s", list) : err_hint(e, "name a layer that has some");
}

/* The weight that a slot's path means; NOTHING: *e. */
static id find_weight(const struct graph *g, const struct arg *slot, struct err *e)
{
    const char *dot = strrchr(slot->as.text, '.');
    char thing[400];
    if (!dot) {
        err_at(e, slot->where, "\"%s\" is no weight", slot->as.text);
        err_hint(e, "write LAYER.WEIGHT, as in hidden.kernel");
        return NOTHING;
    }
    snprintf(thing, sizeof thing, "%.*s", (int)(dot - slot->as.text), slot->as.text);
    const id layer = name_layer(g, thing, slot->where, e);
    if (layer == NOTHING)
        return NOTHING;
    const id weight = graph_find_weight(g, layer, dot + 1);
    if (weight == NOTHING) {
        no_weight(g, &g->layer[layer], dot + 1, slot->where, e);
    } else if (g->weight[weight].moving) {
        err_at(e, slot->where, "%s follows the batches and cannot be pruned",
               g->weight[weight].path);
        err_hint(e, "prune a weight that an optimizer moves");
        return NOTHING;
    }
    return weight;
}

static int say_pruned(struct session *s, const struct weight *w, size_t pruned, struct err *e)
{
    struct report r = {0};
    report_text(&r, "slot", w->path);
    report_number(&r, "pruned", (double)pruned);
    report_number(&r, "numbers", (double)w->count);
    report_say(&r, "{slot}: {pruned} of {numbers} stay 0\n");
    return report_show(s, &r, e);
}

/* What is pruned or not by hand follows no rule any more. */
static void end_rule(struct model *m, id weight)
{
    const size_t at = rules_find(&m->rules, m->graph->weight[weight].path, prune_share.name);
    if (at == m->rules.count)
        return;
    model_rules_changed(m);
    rules_drop(&m->rules, at);
}

static int share_of(struct session *s, const struct node *tree, double *share, struct err *e)
{
    struct arena arena = {0};
    const struct binder b = session_binder(s, &arena);
    struct arg value;
    const int failed = bind_value(&b, &prune_share, tree, &value, e);
    *share = failed ? 0 : value.as.number;
    arena_finish(&arena);
    return failed;
}

static int run_prune(struct session *s, const struct args *args, struct err *e)
{
    struct model *m = current_model(s);
    const struct arg *slot = args_get(args, "slot"), *every = args_get(args, "every");
    const struct node *tree = args_get(args, "share")->as.exprs.item[0];
    const id weight = find_weight(m->graph, slot, e);
    struct pruning p;
    double share;
    if (weight == NOTHING)
        return -1;
    if (every->given)
        return prune_rule(s, m->graph->weight[weight].path, tree, slot->where,
                          (uint64_t)every->as.whole, e);
    if (share_of(s, tree, &share, e))
        return -1;
    if (checking(s))
        return 0;
    if (pruning_find(&p, m, weight, share, s->seed, e))
        return -1;
    /* What is written goes first: then nothing can fail any more. */
    const int failed = say_pruned(s, &m->graph->weight[weight], p.due, e);
    if (!failed) {
        end_rule(m, weight);
        model_prune(m, &p);
    }
    pruning_finish(&p);
    return failed;
}

static int run_unprune(struct session *s, const struct args *args, struct err *e)
{
    struct model *m = current_model(s);
    const struct arg *slot = args_get(args, "slot");
    const id weight = find_weight(m->graph, slot, e);
    if (weight == NOTHING || checking(s))
        return weight == NOTHING ? -1 : 0;
    const struct rules *r = &m->rules;
    if (!model_pruned(m, weight) &&
        rules_find(r, m->graph->weight[weight].path, prune_share.name) == r->count) {
        err_at(e, slot->where, "nothing of %s is pruned", slot->as.text);
        return err_hint(e, "summary says what is");
    }
    if (say_pruned(s, &m->graph->weight[weight], 0, e))
        return -1;
    end_rule(m, weight);
    model_unprune(m, weight);
    return 0;
}

#define SLOT_ARG                                                                                   \
    ARG("slot", POSITIONAL, ARG_PATH, .required = true, .line = "a weight: hidden.kernel",         \
        .naming = NAMING_PARTS)

static const struct arg_spec prune_args[] = {
    SLOT_ARG,
    ARG("share", KEY, ARG_EXPR, .required = true,
        .line = "how many of the weight's numbers, the smallest, stay 0: 0 to 1"),
    ARG("every", CLAUSE, ARG_WHOLE, .min = 1, .max = 1e12,
        .line = "steps: the share is worked out anew before step 0, N, 2N ..., and followed"),
};
static const struct arg_spec unprune_args[] = {SLOT_ARG};

#define EXAMPLE(more)                                                                              \
    "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\ntrain 5\n"                       \
    "prune h.kernel share=0.5\ntrain 5\nshow h\n" more

const struct command command_prune = {
    COMMAND(
        "prune", prune_args, "makes the smallest numbers of a weight 0, and keeps them 0",
        "The share of the weight's numbers that are smallest in size become 0 at once and are 0 "
        "after every step from now on, whatever the optimizer's momentum or a constraint makes "
        "of them (magnitude pruning, Han et al. 2015). The share is rounded to a whole number "
        "of numbers; of equal ones the first go. They get no gradient, so clipping and the "
        "ledger's gradients do not see them either. A second prune of the same weight counts "
        "anew: as what is pruned is 0, a larger share adds to it, and a loop is a schedule: "
        "for share in 0.5 0.7 0.9 { prune h.kernel share=share; train 5 }. With every N it is a "
        "rule of the model (help set), as in share=0.9*min(1, step/100) every 10: before such "
        "a step the smallest numbers, as they are then, are made 0 where the share comes to "
        "another count than is pruned. summary lists it as SLOT.share; a plain prune and unprune "
        "end it. The weights count as trained: a new seed does not draw them again. save weights "
        "writes the zeros, and "
        "not which of them stay.",
        EXAMPLE("")),
    .run = run_prune,
    .changes = CHANGES_MODEL,
};
const struct command command_unprune = {
    COMMAND("unprune", unprune_args, "lets all numbers of a weight move again",
            "They go on from 0, where prune has put them.", EXAMPLE("unprune h.kernel\ntrain 5\n")),
    .run = run_unprune,
    .changes = CHANGES_MODEL,
};
