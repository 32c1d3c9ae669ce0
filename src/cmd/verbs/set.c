/* SPDX-License-Identifier: GPL-3.0-or-later */
/* set and let. */
#include "cmd/common/binder.h"
#include "cmd/common/settings.h"
#include "cmd/common/variables.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/delta.h"
#include "cmd/session/journal.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/verbs/anchors.h"
#include "cmd/verbs/layer.h"
#include "cmd/verbs/set_rule.h"
#include "cmd/verbs/setting_parts.h"

#include "nn/joint_term.h"
#include "nn/layer.h"
#include "train/numbers.h"
#include "train/opt.h"

#include <stdio.h>
#include <string.h>

static bool is_of_optimizer(const char *key)
{
    for (size_t i = 0; i < opt_kinds.rows; i++)
        for (size_t k = 0; k < opt_kinds.row[i]->arg_count; k++)
            if (strcmp(opt_kinds.row[i]->args[k].name, key) == 0)
                return true;
    return false;
}

static int read_target(const struct pair *pair, struct target *t, struct err *e)
{
    const struct node *n = pair->target;
    const char *dot = n->kind == NODE_PATH ? strrchr(n->text, '.') : NULL;
    t->where = n->where;
    if (!dot) {
        err_at(e, n->where, "set changes a setting of something: hidden.activity, optimizer.lr");
        if (n->kind == NODE_PATH && is_of_optimizer(n->text))
            return err_hint(e, "write set optimizer.%s = ...", n->text);
        if (n->kind != NODE_PATH)
            return err_hint(e, "write set NAME.KEY = VALUE");
        return table_find(&command_table, n->text)
                   ? err_hint(e, "write: %s ...", n->text)
                   : err_hint(e, "for a variable write: let %s = ...", n->text);
    }
    snprintf(t->thing, sizeof t->thing, "%.*s", (int)(dot - n->text), n->text);
    snprintf(t->key, sizeof t->key, "%s", dot + 1);
    if (pair->values == 1)
        return 0;
    err_at(e, pair->value[1]->where, "set takes one value");
    return err_hint(e, "a key that takes a list is written with its statement anew");
}

static int check_changeable(const struct arg_spec *spec, const struct target *t, struct err *e)
{
    if (setting_changes(spec))
        return 0;
    const bool init = spec->of == &init_kinds;
    err_at(e, t->where, "%s.%s cannot change later: %s", t->thing, spec->name,
           init ? "it says how the weights start, and they have"
                : "the layer and what stands behind it were made with it");
    return err_hint(e, "make another layer, or another model");
}

/* A block has one setting, trainable, which goes to all layers made in it. */
static int set_block(struct session *s, id block, const struct target *t, const struct pair *pair,
                     struct err *e)
{
    static const struct arg_spec yes_or_no = {.name = "trainable", .form = KEY, .type = ARG_BOOL};
    struct model *m = current_model(s);
    struct arena arena = {0};
    struct binder b = session_binder(s, &arena);
    struct arg value = {0};
    if (strcmp(t->key, "trainable") != 0 || m->graph->layer[block].kind == &wrapper_kind) {
        err_at(e, t->where, "%s has no setting \"%s\"", t->thing, t->key);
        const struct layer *l = &m->graph->layer[block];
        const bool wrapper = l->kind == &wrapper_kind;
        return err_hint(e, "it is a %s: name a layer in it, or set %s.trainable = no",
                        l->kind->entry.name,
                        wrapper ? m->graph->layer[l->body[0].layer].name : l->name);
    }
    struct graph_edit was;
    if (bind_value(&b, &yes_or_no, pair->value[0], &value, e) || model_edit(m, &was, e)) {
        arena_finish(&arena);
        return -1;
    }
    struct graph *g = m->graph;
    int failed = 0;
    value.given = true;
    size_t set = 0;
    for (id l = 0; !failed && l < g->layers; l++) {
        const struct entry *entry = g->layer[l].args->entry;
        const size_t trainable = entry_meaning(entry, MEANS_TRAINABLE);
        struct weight_spec spec[WEIGHTS_MOST];
        if (!graph_is_inside(g, l, block) || trainable == entry->arg_count ||
            !layer_weights(&g->layer[l], spec))
            continue;
        failed = graph_set_arg(g, l, trainable, &value, e);
        set++;
    }
    if (!failed && !set) {
        failed = err_at(e, t->where, "no layer made in %s has weights that could train", t->thing);
        err_hint(e, "layers from outside that it calls are set by their own names");
    }
    if (!failed)
        failed = setting_note(m, t, &value, e);
    graph_changed(s, &was, failed);
    arena_finish(&arena);
    return failed;
}

/* For undo: which rules there are, before one may end. */
static int keep_rules(struct session *s, const struct model *m, struct err *e)
{
    struct delta *d = s->journal->delta;
    if (!d || !m->rules.count)
        return 0;
    if (rules_copy(&d->rules, &m->rules, m->state.step))
        return err_memory(e);
    d->ruled = true;
    return 0;
}

/* For undo: the noise that a rule gave to a layer, before that ends. */
static void keep_noise(struct session *s, const struct model *m, const char *thing)
{
    struct delta *d = s->journal->delta;
    const id layer = graph_find_layer(m->graph, thing);
    if (!d || layer >= m->state.noises || !m->state.noise[layer].given)
        return;
    d->noised = true;
    d->noise = m->state.noise[layer];
    d->noise_of = layer;
}

/* What is set plainly follows no rule any more. */
static void end_rule(struct session *s, struct model *m, const char *thing, const char *key)
{
    const size_t at = rules_find(&m->rules, thing, key);
    if (at == m->rules.count)
        return;
    keep_noise(s, m, thing);
    model_rules_changed(m);
    rules_drop(&m->rules, at);
    model_noise_prune(m);
    if (m->derived)
        m->derived->refresh(m->derived);
}

/* Other numbers for the penalties of a slot; `said` is what they are called on the curves. */
static int set_numbers(struct session *s, uint32_t first, const struct target *t,
                       const struct arg *value, const struct arg *said, struct err *e)
{
    struct model *m = current_model(s);
    struct delta *d = s->journal->delta;
    struct numbers n;
    if (numbers_make(&n, m, first, value, e))
        return -1;
    const int failed = setting_note(m, t, said, e);
    if (!failed)
        numbers_swap(m, &n);
    if (!failed && d)
        d->numbers = n;
    else
        numbers_finish(&n);
    return failed;
}

/* The strength of a joint term: its number, as of any other penalty. */
static int set_strength(struct session *s, id term, const struct target *t, const struct pair *pair,
                        struct err *e)
{
    struct model *m = current_model(s);
    struct arena arena = {0};
    struct arg value;
    if (setting_of_term(t, e))
        return -1;
    struct args *with = args_copy(&arena, model_term(m, term));
    struct arg sum = {.type = ARG_SUM, .as.calls = {.item = &with, .count = 1}};
    int failed = with ? keep_rules(s, m, e) || setting_bind(s, &arena, &joint_term.entry,
                                                            JOINT_STRENGTH, pair, &value, e)
                      : err_memory(e);
    if (!failed) {
        with->arg[JOINT_STRENGTH] = value;
        failed = set_numbers(s, m->graph->term[term].number, t, &sum, &value, e);
    }
    if (!failed)
        end_rule(s, m, t->thing, t->key);
    arena_finish(&arena);
    return failed ? -1 : 0;
}

static bool says_none(const struct pair *pair)
{
    return pair->values == 1 && pair->value[0]->kind == NODE_PATH &&
           strcmp(pair->value[0]->text, "none") == 0;
}

/* set NAME = none, of a joint term. */
static int take_away(struct session *s, id term, const struct pair *pair, const struct arg *every,
                     struct err *e)
{
    struct model *m = current_model(s);
    const char *name = pair->target->text;
    const char *key = joint_term.entry.args[JOINT_STRENGTH].name;
    struct graph_edit was;
    if (!says_none(pair) || every->given) {
        err_at(e, every->given ? every->key : pair->value[0]->where,
               "%s is a term: set %s = none takes it away", name, name);
        return err_hint(e, "its factor is %s.strength; another formula is another term", name);
    }
    if (keep_rules(s, m, e) || model_edit(m, &was, e))
        return -1;
    const int failed = graph_drop_term(m->graph, term, e) || setting_event(m, name, "none", e);
    graph_changed(s, &was, failed != 0);
    if (!failed)
        end_rule(s, m, name, key);
    return failed ? -1 : 0;
}

static int set_layer(struct session *s, const struct target *t, const struct pair *pair,
                     struct err *e)
{
    struct model *m = current_model(s);
    struct arena arena = {0};
    struct arg value;
    size_t at;
    const id term = graph_find_term(m->graph, t->thing);
    if (term != NOTHING)
        return set_strength(s, term, t, pair, e);
    id layer = name_layer(m->graph, t->thing, t->where, e);
    if (layer == NOTHING)
        return -1;
    if (m->graph->layer[layer].body)
        return set_block(s, layer, t, pair, e);
    const struct entry *entry = &m->graph->layer[layer].kind->entry;
    if (setting_find_key(entry, t, &at, e) || check_changeable(&entry->args[at], t, e))
        return -1;
    struct graph_edit was;
    int failed =
        keep_rules(s, m, e) || setting_bind(s, &arena, entry, at, pair, &value, e) ||
        (value.type == ARG_SUM && anchors_find(s, &arena, layer, entry->args[at].name, &value, e));
    const uint32_t first = failed || value.type != ARG_SUM
                               ? NOTHING
                               : graph_same_terms(m->graph, layer, entry->args[at].name, &value);
    if (first != NOTHING) {
        failed = set_numbers(s, first, t, &value, &value, e);
    } else if (!failed && !(failed = model_edit(m, &was, e))) {
        failed =
            graph_set_arg(m->graph, layer, at, &value, e) || setting_note(m, t, &value, e) ? -1 : 0;
        graph_changed(s, &was, failed);
    }
    if (!failed)
        end_rule(s, m, t->thing, entry->args[at].name);
    arena_finish(&arena);
    return failed;
}

/* A layer's setting; one of the optimizer, say, belongs to a part that is kept as a whole. */
static bool sets_a_layer(const struct statement *st)
{
    const struct node *target = st->pairs ? st->pair[0].target : NULL;
    return target && target->kind == NODE_PATH && !setting_part_of(target->text);
}

/* Of the prompt. */
static bool sets_the_prompt(const struct statement *st)
{
    const struct node *target = st->pairs ? st->pair[0].target : NULL;
    const struct setting_part *part =
        target && target->kind == NODE_PATH ? setting_part_of(target->text) : NULL;
    return part && part->personal;
}

static int run_set(struct session *s, const struct args *args, struct err *e)
{
    const struct pair *pair = args_get(args, "setting")->as.pair;
    const struct arg *every = args_get(args, "every");
    const id term = pair->target->kind == NODE_PATH
                        ? graph_find_term(current_model(s)->graph, pair->target->text)
                        : NOTHING;
    struct target t;
    if (term != NOTHING)
        return take_away(s, term, pair, every, e);
    if (read_target(pair, &t, e))
        return -1;
    const struct setting_part *part = setting_part_of(t.thing);
    if (every->given)
        return set_rule(s, &t, pair, (uint64_t)every->as.whole, e);
    if (part && !strchr(t.thing, '.'))
        return part->set(s, current_model(s), &t, pair, e);
    return set_layer(s, &t, pair, e);
}

static int list_variables(struct session *s, struct err *e)
{
    struct report r = {0};
    report_open(&r, "let", '{');
    for (size_t i = 0; i < s->variables; i++) {
        const struct variable *v = &s->variable[i];
        char number[NUMBER_ROOM];
        if (v->penalty)
            node_print(report_words(&r, v->name), v->penalty);
        else
            report_number(&r, v->name, v->number);
        struct str *line = report_note(&r);
        str_addf(line, "let %s = ", v->name);
        if (v->penalty)
            node_print(line, v->penalty);
        else
            str_add(line, number_text(v->number, number));
        str_add(line, "\n");
    }
    report_close(&r);
    return report_show(s, &r, e);
}

static int run_let(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *given = args_get(args, "setting");
    const struct pair *pair = given->as.pair;
    if (!given->given)
        return list_variables(s, e);
    const struct node *target = pair->target;
    if (target->kind != NODE_PATH || strchr(target->text, '.')) {
        err_at(e, target->where, "let gives a value to a name");
        return err_hint(e, "write let k = 1e-3; for a setting, set NAME.KEY = VALUE");
    }
    if (pair->values != 1)
        return err_at(e, pair->value[1]->where, "let takes one value");
    return variable_assign(s, target->text, target->where, pair->value[0], e);
}

static const struct arg_spec set_args[] = {
    ARG("setting", PAIR, ARG_PAIR, .required = true, .line = "NAME.KEY = VALUE",
        .naming = NAMING_SETTINGS),
    ARG("every", CLAUSE, ARG_WHOLE, .min = 1, .max = 1e12,
        .line = "steps: VALUE is worked out anew before step 0, N, 2N ..., and followed"),
};
static const struct arg_spec let_args[] = {
    ARG("setting", PAIR, ARG_PAIR, .line = "NAME = VALUE; alone, let lists the variables",
        .naming = NAMING_VARIABLES),
};

const struct command command_set = {
    COMMAND(
        "set", set_args, "changes a setting; it counts from the next step",
        "Any key of the statement that made the thing: set hidden.activity = l1(1e-2), set "
        "hidden.trainable = no, set optimizer.lr = 1e-4, set data.batch = 64. What cannot "
        "change later (sizes, initialisers) is refused with the reason. Of a term, set "
        "tie.strength = 2 changes the factor, and set tie = none takes it away. Of the prompt, set "
        "prompt.hints, prompt.color and prompt.timer = yes or no. With "
        "every N it makes a rule of the model: VALUE is worked out anew before "
        "step 0, N, 2N ... of the model and put into the setting, which is a penalty, a number "
        "of the optimizer, or how much noise a layer makes (drop.rate). Before such a step all "
        "rules are worked out first, then all put in. "
        "VALUE may name step, epoch, variables (as they are when the step comes), settings (also "
        "its own, hidden.activity.strength), quantities and tensors. Tensors, losses and "
        "penalties are those of the last step's batch that the model took under the rule, "
        "figures of the validation share those of the last epoch's end: a rule takes no pass over "
        "the data. As long as one of them is not there, the setting stays as it is. The kind of "
        "the penalty must stay. A value that the setting does not take (negative, infinite, not a "
        "number) is an error before the step, which is not taken. summary lists the rules. A "
        "plain set ends a rule, and so does a new optimizer for those of the one before. In the "
        "history a term under a rule is one curve, l1(rule).",
        "data moons 100\ninput 2\ndense 8 tanh activity=l1(1e-3) as hidden\ndense 1 sigmoid\n"
        "optimizer adam\ntrain 1\nset hidden.activity = l1(1e-2)\n"
        "set optimizer.lr = 1e-2 * 0.95^epoch every 1\n"
        "set hidden.activity = l1(1e-3 * min(1, step/20)) every 5\ntrain 2\npenalties\n"),
    .run = run_set,
    .changes = CHANGES_MODEL | CHANGES_DATA,
    .small = sets_a_layer,
    .personal = sets_the_prompt,
};
const struct command command_let = {
    COMMAND("let", let_args, "gives a name to a number or a penalty",
            "The value is taken when let runs. A second let overwrites the first. nnr --let k=1e-3 "
            "gives k a value from outside: the first let k of a script or of a file that it reads "
            "gives way then, where it stands by itself and not in { }, and that is told.",
            "let k = 1e-3\nlet weak = l1(k)+l2(k)\ninput 2\ndense 4 kernel=weak as h\nprint "
            "k*2\nlet\n"),
    .run = run_let,
    .changes = CHANGES_VARIABLES,
    .small = any_statement,
    .alone_shows = true,
};
