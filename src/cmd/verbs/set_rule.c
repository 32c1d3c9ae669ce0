/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/set_rule.h"
#include "cmd/verbs/anchors.h"

#include "cmd/common/binder.h"
#include "cmd/common/rule_compile.h"
#include "cmd/common/rules.h"
#include "cmd/session/delta.h"
#include "cmd/session/journal.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/verbs/layer.h"
#include "cmd/verbs/setting_parts.h"

#include "nn/joint_term.h"
#include "nn/layer.h"
#include "train/numbers.h"

#include <stdio.h>
#include <string.h>

/* A rule on its way into the model, and how to take it back. */
struct making {
    struct session *s;
    struct model *m;
    const struct target *t;
    const char *key; /* the setting's own name */
    const struct node *tree;
    uint64_t every;
    struct rule *rule;
    struct rules others; /* the model's list with the rule, then the one without it */
    bool swapped;
};

static int cannot_follow(const struct target *t, const char *key, const char *why, struct err *e)
{
    err_at(e, t->where, "%s.%s cannot follow a rule: %s", t->thing, key, why);
    return err_hint(e, "penalties, rates of noise and numbers of the optimizer can; set others "
                       "between steps");
}

/* A rule moves one noise of a kind. */
static int cannot_follow_noise(const struct target *t, const char *key,
                               const struct layer_kind *kind, struct err *e)
{
    char why[100];
    snprintf(why, sizeof why, "of the noise of %s, %s alone can", kind->entry.name, kind->noise);
    return cannot_follow(t, key, why, e);
}

/* What the rule says, and the list with it. */
static int make_rule(struct making *x, struct err *e)
{
    struct str value = {0};
    char setting[204];
    snprintf(setting, sizeof setting, "%s.%s", x->t->thing, x->key);
    node_print(&value, x->tree);
    if (!value.failed)
        x->rule = rule_create(setting, value.text, x->every);
    str_finish(&value);
    if (!x->rule || rules_copy(&x->others, &x->m->rules, x->m->state.step))
        return err_memory(e);
    x->rule->owners++;
    if (rules_take(&x->others, x->rule)) {
        x->rule->owners--;
        return err_memory(e);
    }
    return 0;
}

static void swap_rules(struct making *x)
{
    model_swap_rules(x->m, &x->others);
    x->swapped = !x->swapped;
}

/* The line on the curves. */
static int note_rule(const struct making *x, struct err *e)
{
    struct str label = {0};
    if (!x->m->state.step)
        return 0;
    str_addf(&label, "%s = %s every %llu", x->rule->setting, x->rule->value,
             (unsigned long long)x->every);
    const int failed = label.failed || history_event(&x->m->history, x->m->state.step, label.text);
    str_finish(&label);
    return failed ? err_memory(e) : 0;
}

/* With the model as the rule needs it: puts the rule in, or leaves the list as it was. */
static int put_rule(struct making *x, bool begins, struct err *e)
{
    if (make_rule(x, e))
        return -1;
    swap_rules(x);
    if (!rules_begin(x->s, x->m, x->rule, x->tree, begins, e) && !note_rule(x, e))
        return 0;
    swap_rules(x);
    return -1;
}

static void finish_rule(struct making *x, bool failed)
{
    struct delta *d = x->s->journal->delta;
    rule_release(x->rule);
    if (failed || !d) {
        rules_finish(&x->others);
        return;
    }
    d->ruled = true;
    d->rules = x->others;
}

static int set_optimizer_rule(struct making *x, const struct setting_part *part, struct err *e)
{
    size_t at;
    const struct args *args = part->args(x->s, x->m);
    if (!args)
        return part->missing(x->s, x->t->key, x->t->where, e);
    if (setting_find_key(args->entry, x->t, &at, e))
        return -1;
    const struct arg_spec *spec = &args->entry->args[at];
    const char *start = opt_kind_of(args)->start;
    x->key = spec->name;
    if (spec->type != ARG_NUMBER && spec->type != ARG_WHOLE)
        return cannot_follow(x->t, x->key, "it is no number", e);
    if (start && strcmp(start, x->key) == 0)
        return cannot_follow(x->t, x->key, "it says how the optimizer starts", e);
    const int failed = put_rule(x, false, e);
    finish_rule(x, failed != 0);
    return failed;
}

/* Notes nothing: numbers are looked at when the rule is compiled. */
static int pass_over(void *notes, const struct node *n, const struct arg_spec *spec, struct arg *to,
                     struct err *e)
{
    (void)notes, (void)n, (void)spec, (void)to, (void)e;
    return 0;
}

/* The rule's terms keep the numbers that the slot has, which are those of terms from `first` on. */
static void take_present(const struct model *m, id layer, const char *slot, const struct arg *sum)
{
    const struct graph *g = m->graph;
    size_t c = 0;
    for (id t = 0; t < g->terms; t++) {
        if (g->term[t].layer != layer || strcmp(g->term[t].slot, slot) != 0)
            continue;
        struct args *to = sum->as.calls.item[c++];
        const struct args *now = model_term(m, t);
        for (size_t i = 0; i < to->entry->arg_count; i++)
            if (to->arg[i].type == ARG_NUMBER)
                to->arg[i].as.number = now->arg[i].as.number;
    }
}

static bool is_empty(const struct graph *g, id layer, const char *slot)
{
    for (id t = 0; t < g->terms; t++)
        if (g->term[t].layer == layer && strcmp(g->term[t].slot, slot) == 0)
            return false;
    return true;
}

static int other_kind(const struct making *x, id layer, struct err *e)
{
    struct str now = {0};
    const struct graph *g = x->m->graph;
    for (id t = 0; t < g->terms; t++)
        if (g->term[t].layer == layer && strcmp(g->term[t].slot, x->key) == 0) {
            str_add(&now, now.size ? "+" : "");
            args_print(&now, model_term(x->m, t));
        }
    err_at(e, x->tree->where, "%s.%s is %.200s, and a rule keeps the kind of a penalty",
           x->t->thing, x->key, now.text && !now.failed ? now.text : "another one");
    str_finish(&now);
    return err_hint(e, "set one of the rule's kind first, without every");
}

/* The model owns its numbers from here on, so that the rule can write them. */
static int put_numbers(struct making *x, uint32_t first, const struct arg *sum, bool begins,
                       struct err *e)
{
    struct delta *d = x->s->journal->delta;
    struct numbers n;
    if (numbers_make(&n, x->m, first, sum, e))
        return -1;
    numbers_swap(x->m, &n);
    const int failed = put_rule(x, begins, e);
    if (failed)
        numbers_swap(x->m, &n);
    if (!failed && d)
        d->numbers = n;
    else
        numbers_finish(&n);
    finish_rule(x, failed != 0);
    return failed;
}

static int put_slot(struct making *x, id layer, size_t at, const struct arg *sum, struct err *e)
{
    struct model *m = x->m;
    uint32_t first = graph_same_terms(m->graph, layer, x->key, sum);
    if (first != NOTHING) {
        take_present(m, layer, x->key, sum);
        return put_numbers(x, first, sum, false, e);
    }
    if (!is_empty(m->graph, layer, x->key))
        return other_kind(x, layer, e);
    struct graph_edit was;
    if (model_edit(m, &was, e))
        return -1;
    int failed = graph_set_arg(m->graph, layer, at, sum, e);
    if (!failed) {
        first = graph_same_terms(m->graph, layer, x->key, sum);
        failed = put_numbers(x, first, sum, true, e);
    }
    graph_changed(x->s, &was, failed != 0);
    return failed;
}

/* How much noise a layer makes. */
static int set_noise_rule(struct making *x, const struct arg *now, struct err *e)
{
    if (!now->given) {
        err_at(e, x->t->where, "%s.%s cannot follow a rule yet: the layer was made without it",
               x->t->thing, x->key);
        return err_hint(e, "give it a number first: set %s.%s = 0", x->t->thing, x->key);
    }
    const int failed = put_rule(x, false, e);
    finish_rule(x, failed != 0);
    return failed;
}

/* The strength of a joint term. */
static int set_term_rule(struct making *x, id term, struct err *e)
{
    if (setting_of_term(x->t, e))
        return -1;
    x->key = joint_term.entry.args[JOINT_STRENGTH].name;
    struct args *now = (struct args *)model_term(x->m, term);
    const struct arg sum = {.type = ARG_SUM, .as.calls = {.item = &now, .count = 1}};
    return put_numbers(x, x->m->graph->term[term].number, &sum, false, e);
}

static int set_slot_rule(struct making *x, struct err *e)
{
    const id term = graph_find_term(x->m->graph, x->t->thing);
    if (term != NOTHING)
        return set_term_rule(x, term, e);
    const id layer = name_layer(x->m->graph, x->t->thing, x->t->where, e);
    size_t at;
    if (layer == NOTHING)
        return -1;
    const struct entry *entry = &x->m->graph->layer[layer].kind->entry;
    if (x->m->graph->layer[layer].body)
        return cannot_follow(x->t, x->t->key, "it is no number", e);
    if (setting_find_key(entry, x->t, &at, e))
        return -1;
    const struct arg_spec *spec = &entry->args[at];
    x->key = spec->name;
    const struct layer *l = &x->m->graph->layer[layer];
    if (l->kind->noise && strcmp(l->kind->noise, x->key) == 0)
        return set_noise_rule(x, &l->args->arg[at], e);
    for (const char *const *other = l->kind->noises; other && *other; other++)
        if (strcmp(*other, x->key) == 0)
            return cannot_follow_noise(x->t, x->key, l->kind, e);
    if (spec->type != ARG_SUM)
        return cannot_follow(x->t, x->key,
                             spec->type == ARG_NUMBER || spec->type == ARG_WHOLE
                                 ? "the model is compiled with it"
                                 : "it is no number",
                             e);
    struct arena arena = {0};
    struct binder b = session_binder(x->s, &arena);
    struct arg sum;
    b.later = pass_over;
    int failed = bind_value(&b, spec, x->tree, &sum, e);
    sum.given = true;
    if (!failed && !sum.as.calls.count) {
        failed = err_at(e, x->tree->where, "none has no number that could follow a rule");
        err_hint(e, "set %s.%s = none, without every, ends the rule", x->t->thing, x->key);
    }
    if (!failed)
        failed =
            anchors_find(x->s, &arena, layer, x->key, &sum, e) || put_slot(x, layer, at, &sum, e);
    arena_finish(&arena);
    return failed;
}

int prune_rule(struct session *s, const char *weight, const struct node *tree, struct span where,
               uint64_t every, struct err *e)
{
    struct target t = {.where = where};
    snprintf(t.thing, sizeof t.thing, "%s", weight);
    struct making x = {.s = s,
                       .m = current_model(s),
                       .t = &t,
                       .key = prune_share.name,
                       .tree = tree,
                       .every = every};
    const int failed = put_rule(&x, false, e);
    finish_rule(&x, failed != 0);
    return failed;
}

int set_rule(struct session *s, const struct target *t, const struct pair *pair, uint64_t every,
             struct err *e)
{
    struct making x = {
        .s = s, .m = current_model(s), .t = t, .tree = pair->value[0], .every = every};
    const struct setting_part *part = strchr(t->thing, '.') ? NULL : setting_part_of(t->thing);
    if (part && part->ruled)
        return set_optimizer_rule(&x, part, e);
    if (part)
        return cannot_follow(t, t->key,
                             part->personal
                                 ? "it says how the prompt behaves"
                                 : "it belongs to the data, or the model is compiled with it",
                             e);
    return set_slot_rule(&x, e);
}
