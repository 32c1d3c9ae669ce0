/* SPDX-License-Identifier: GPL-3.0-or-later */
/* delete: takes the newest layer away. */
#include "cmd/common/plotting.h"
#include "cmd/common/rule_compile.h"
#include "cmd/exec/sweep.h"
#include "cmd/session/command.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/verbs/built.h"

#include "base/mention.h"
#include "nn/joint_term.h"
#include "plot/view.h"
#include "train/cut.h"

#include <string.h>

/* What goes, and where the statement names it. */
struct deletion {
    const struct session *s;
    const struct model *m;
    struct newest n;
    struct span where;
};

static bool names_it(const struct deletion *d, const char *text)
{
    return newest_is_mentioned(d->m->graph, &d->n, text);
}

/* The name of the call that reads a value, seen from outside of blocks; NULL: none does. */
static const char *reader_of(const struct graph *g, id value)
{
    for (id c = 0; c < g->calls; c++)
        for (uint32_t i = 0; i < g->call[c].inputs; i++)
            if (g->call[c].input[i] == value && g->call[c].caller == NOTHING)
                return g->call[c].name;
    return NULL;
}

/* Something is named that is there and is not the newest. */
static int not_newest(const struct deletion *d, const char *name, struct err *e)
{
    const struct graph *g = d->m->graph;
    const id call = graph_find_call(g, name), layer = graph_find_layer(g, name);
    const char *reader = call == NOTHING ? NULL : reader_of(g, g->call[call].output);
    const id again = layer == NOTHING ? NOTHING : g->layer[layer].newest_call;
    if (reader)
        err_at(e, d->where, "%s is not the newest layer: %s reads it", name, reader);
    else if (again != NOTHING && again != call)
        err_at(e, d->where, "%s is not the newest layer: %s calls it", name, g->call[again].name);
    else
        err_at(e, d->where, "%s is not the newest layer, %s is", name, d->n.name);
    return err_hint(e, "delete takes away one after the other: first delete %s", d->n.name);
}

static int check_name(const struct deletion *d, const struct arg *name, struct err *e)
{
    const struct graph *g = d->m->graph;
    if (!name->given || strcmp(name->as.text, d->n.name) == 0)
        return 0;
    if (graph_find_call(g, name->as.text) != NOTHING)
        return not_newest(d, name->as.text, e);
    return name_layer(g, name->as.text, name->where, e) == NOTHING
               ? -1
               : not_newest(d, name->as.text, e);
}

static int check_outputs(const struct deletion *d, struct err *e)
{
    const struct graph *g = d->m->graph;
    for (size_t i = 0; i < g->outputs; i++)
        if (g->output[i] >= d->n.values) {
            err_at(e, d->where, "output names %s", d->n.name);
            return err_hint(e, "name other tensors before: output NAME; or undo that statement");
        }
    for (size_t i = 0; i < d->m->recipe.owns; i++)
        if (d->m->recipe.own[i].output >= d->n.values) {
            err_at(e, d->where, "%s has a loss of its own", d->n.name);
            return err_hint(e, "choose one loss for all outputs before: loss mse; or undo that "
                               "statement");
        }
    return 0;
}

static int check_formulas(const struct deletion *d, struct err *e)
{
    const struct graph *g = d->m->graph;
    const struct rules *r = &d->m->rules;
    for (id t = 0; t < g->terms; t++) {
        const struct args *a = g->term[t].args;
        if (!term_is_joint(&g->term[t]) || !names_it(d, a->arg[JOINT_FORMULA].as.text))
            continue;
        const char *name = a->arg[JOINT_NAME].as.text;
        err_at(e, d->where, "the term %s names %s", name, d->n.name);
        return err_hint(e, "take it out before: set %s = none", name);
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct rule *rule = r->item[i].rule;
        if (!names_it(d, rule->setting) && !names_it(d, rule->value))
            continue;
        err_at(e, d->where, "the rule set %s = %s names %s", rule->setting, rule->value, d->n.name);
        if (rule_prunes(rule))
            return err_hint(e, "end it before: unprune %.*s", (int)rule_prunes(rule),
                            rule->setting);
        return err_hint(e, "give it a value before, which ends the rule: set %s = ...",
                        rule->setting);
    }
    return 0;
}

static bool is_of_model(const struct request *r, const char *model)
{
    size_t i = 0;
    while (i < r->models && strcmp(r->model[i], model) != 0)
        i++;
    return !r->models || i < r->models;
}

static int is_watched(const struct deletion *d, const char *text, struct err *e)
{
    err_at(e, d->where, "%s is watched, and names %s", text, d->n.name);
    return err_hint(e, "unwatch ends all watching; then delete it");
}

static int check_watched(const struct deletion *d, struct err *e)
{
    const struct pictures *p = d->s->pictures;
    for (size_t i = 0; p && i < p->expressions; i++)
        if (names_it(d, p->expression[i].text))
            return is_watched(d, p->expression[i].text, e);
    for (size_t i = 0; p && i < p->watches; i++) {
        const struct request *r = &p->watched[i].request;
        for (size_t k = 0; is_of_model(r, d->m->name) && k < r->layers; k++)
            if (names_it(d, r->layer[k]))
                return is_watched(d, r->view->entry.name, e);
        for (size_t k = 0; is_of_model(r, d->m->name) && k < r->askeds; k++)
            if (names_it(d, r->asked[k].text))
                return is_watched(d, r->asked[k].text, e);
    }
    return 0;
}

static int check_swept(const struct deletion *d, struct err *e)
{
    const struct sweep *w = d->s->sweep;
    for (size_t i = 0; w && i < w->axes; i++) {
        const char *target = w->axis[i].pair->target->text;
        if (w->axis[i].variable || !names_it(d, target))
            continue;
        err_at(e, d->where, "the sweep that goes on sets %s, of %s", target, d->n.name);
        return err_hint(e, "delete it before the sweep, or sweep another setting");
    }
    return 0;
}

static int run_delete(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *name = args_get(args, "name");
    struct deletion d = {
        .s = s, .m = current_model(s), .where = name->given ? name->where : args->where};
    if (!graph_newest(d.m->graph, &d.n)) {
        err_at(e, d.where, "%s has no layer to delete", d.m->name);
        return err_hint(e, "model lists the models, and which is the current one");
    }
    if (check_name(&d, name, e) || check_outputs(&d, e) || check_formulas(&d, e) ||
        check_watched(&d, e) || check_swept(&d, e))
        return -1;
    /* What is said goes first: then only memory can be missing. */
    return say_deleted(s, &d.n, e) || model_cut_newest(current_model(s), &d.n, e) ? -1 : 0;
}

static const struct arg_spec delete_args[] = {
    ARG("name", POSITIONAL, ARG_NAME, .line = "the newest layer, call or block; it may be left out",
        .naming = NAMING_TENSORS),
};

const struct command command_delete = {
    COMMAND(
        "delete", delete_args, "takes the newest layer of the current model away",
        "With the layer go its weights, what the optimizer keeps of them, its penalties and its "
        "curves; everything else stays as it is, weights and optimizer included, and the next "
        "delete takes the layer before it. So a layer that was mistyped can be corrected after "
        "other statements, which undo would take back too. Of a layer that is called again only "
        "the newest call goes. Of the call of a block only the call goes, with the weights if it "
        "was the only one; the block itself is the next to go."
        "\n\nWhat something else names stays: an output or its loss, a term, a rule, what is "
        "watched, the setting of a sweep. The error says what to do before. Figures that measure "
        "took stay as they were taken.",
        "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid kernel=l2(10) as wrong\n"
        "train 2\ndelete wrong\ndense 1 sigmoid\ntrain 2\npenalties\n"),
    .run = run_delete,
    .stop_first = true,
    .changes = CHANGES_MODEL,
};
