/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/defaults.h"

#include "cmd/common/binder.h"
#include "cmd/session/journal.h"
#include "cmd/session/state.h"
#include "cmd/session/undo_list.h"

#include "nn/layer.h"
#include "train/inputs.h"
#include "train/objective.h"
#include "train/room.h"
#include "train/trainer.h"

int need_layers(const struct model *m, struct err *e)
{
    if (m->graph->layers)
        return 0;
    err_at(e, (struct span){0}, "the model %s is empty", m->name);
    return err_hint(e, "begin with an input, for example input 64");
}

/* Binds a row with its defaults into a choice of its own. */
static int choose_default(struct session *s, const struct entry *row, struct choice *to,
                          struct err *e)
{
    struct arena arena = {0};
    const struct args *args = session_default(s, &arena, row, e);
    int failed = !args || choice_make(to, args, e);
    arena_finish(&arena);
    return failed ? -1 : 0;
}

/* A model for which nnr has chosen something in the statement that runs. */
struct chosen {
    struct model *model;
    struct recipe_extent before;
    uint64_t step; /* the model's, then: what a step has used is chosen for good */
};

/* NULL: nothing that could still be taken back. */
static const struct chosen *chosen_of(const struct session *s, const struct model *m)
{
    for (size_t i = 0; i < s->chosens; i++)
        if (s->chosen[i].model == m && s->chosen[i].step == m->state.step)
            return &s->chosen[i];
    return NULL;
}

/* The end of the statement looks at it, and no copy is like the model any more. */
static int note_choosing(struct session *s, struct model *m, struct err *e)
{
    if (!chosen_of(s, m)) {
        if (mem_room(&s->chosen, &s->chosen_room, s->chosens + 1, sizeof *s->chosen))
            return err_memory(e);
        s->chosen[s->chosens++] = (struct chosen){m, recipe_extent(&m->recipe), m->state.step};
    }
    snapshot_touched(s, m);
    return taken_side(s, m, e);
}

/* Whether class numbers beyond 0 and 1 are the targets of a single sigmoid unit, which never says
 * more than 1. */
static bool too_many_classes(const struct model *m, id output, const struct dataset *d,
                             struct columns c)
{
    const struct value *v = &m->graph->value[output];
    const struct args *last = graph_activation(m->graph, v->made_by);
    return activation_use(last).code == ACT_SIGMOID && shape_count(&v->shape) == 1 &&
           c.width == 1 && d->whole_targets && d->classes > 2;
}

static int refuse_classes(const struct model *m, id output, const struct dataset *d, struct err *e)
{
    err_at(e, (struct span){0}, "the targets are %zu classes, and one sigmoid unit (%s) tells two",
           d->classes, graph_value_name(m->graph, output));
    return err_hint(e, "end with dense %zu softmax; if they are no classes, name a loss: loss mse",
                    d->classes);
}

/* Whether a call's layer could end in a function that makes shares, and ends in none at all. */
static bool says_any_number(const struct graph *g, id call)
{
    const struct args *last = graph_activation(g, call);
    const struct entry *row = &g->layer[g->call[call].layer].kind->entry;
    return entry_meaning(row, MEANS_OUTPUT_ACTIVATION) < row->arg_count &&
           activation_use(last).code == ACT_LINEAR && (!last || !activation_work(last));
}

/* What an output can never say, or says as no loss of shares expects it. */
static void say_unsuited(const struct session *s, const struct model *m, id output,
                         struct columns c)
{
    const struct value *v = &m->graph->value[output];
    const char *name = graph_value_name(m->graph, output);
    const struct activation_use last = activation_use(graph_activation(m->graph, v->made_by));
    const struct args *loss = model_loss(m, output, NULL);
    if (too_many_classes(m, output, &s->data, c))
        session_notice(s, "targets reach %zu, and %s, one sigmoid unit, never says more than 1",
                       s->data.classes - 1, name);
    if (last.code == ACT_SOFTMAX && shape_last(&v->shape) == 1)
        session_notice(s,
                       "%s, a softmax over one unit, always says 1; for two classes end in "
                       "dense 1 sigmoid or dense 2 softmax",
                       name);
    if (loss && loss_kind_of(loss)->head.has_logits && says_any_number(m->graph, v->made_by))
        session_notice(s, "%s takes shares, and %s may say any number: end in %s",
                       loss->entry->name, name,
                       loss_kind_of(loss)->classes ? "softmax" : "sigmoid");
}

void say_out_of_reach(const struct session *s, const struct model *m)
{
    const struct trainer *t = trainer_of(m);
    for (size_t i = 0; i < t->objectives && m->state.step == 0; i++)
        say_unsuited(s, m, t->objective[i].value, t->objective[i].columns);
}

/* For one output; with several each gets its own. */
static int choose_loss_of(struct session *s, struct model *m, id output, struct columns c,
                          bool several, struct err *e)
{
    struct choice made;
    const char *name = loss_standard(m->graph, output, &s->data, c);
    if (too_many_classes(m, output, &s->data, c))
        return refuse_classes(m, output, &s->data, e);
    if (choose_default(s, table_find(&loss_kinds, name), &made, e))
        return -1;
    if (journal_chose(s, m, output, several, made.args, e) || note_choosing(s, m, e)) {
        choice_finish(&made);
        return -1;
    }
    if (several)
        return model_take_own_loss(m, (struct own_loss){made, output, 1});
    model_take_loss(m, made, 1);
    return 0;
}

/* Before it is taken. */
static void say_room(const struct session *s, const struct model *m)
{
    const double much = 2e9, bytes = training_bytes(m, &s->data);
    if (!trainer_of(m) && bytes >= much)
        session_notice(s,
                       "%s takes %.3g GB or more to train; a smaller batch=, or smaller layers, "
                       "take less",
                       m->name, bytes / 1e9);
}

int choose_loss(struct session *s, struct model *m, struct err *e)
{
    id output[OUTPUTS_MOST];
    struct columns columns[OUTPUTS_MOST];
    if (need_layers(m, e) || inputs_check(m->graph, &s->data, e))
        return -1;
    say_room(s, m);
    if (m->recipe.loss.args)
        return 0;
    const size_t n = graph_outputs(m->graph, output);
    bool missing = false;
    for (size_t i = 0; i < n; i++)
        missing = missing || !model_loss(m, output[i], NULL);
    if (!missing)
        return 0;
    if (columns_deal(m, &s->data, columns, e))
        return -1;
    for (size_t i = 0; i < n; i++)
        if (!model_loss(m, output[i], NULL) &&
            choose_loss_of(s, m, output[i], columns[i], n > 1, e))
            return -1;
    return 0;
}

int choose_optimizer(struct session *s, struct model *m, struct err *e)
{
    struct choice made;
    if (m->recipe.optimizer.args)
        return 0;
    if (choose_default(s, table_find(&opt_kinds, "adam"), &made, e))
        return -1;
    if (journal_chose(s, m, NOTHING, false, made.args, e) || note_choosing(s, m, e)) {
        choice_finish(&made);
        return -1;
    }
    model_take_optimizer(m, made);
    return 0;
}

void say_chosen(const struct session *s, const struct model *m)
{
    const struct chosen *c = chosen_of(s, m);
    const struct recipe *r = &m->recipe;
    if (!c)
        return;
    if (!c->before.loss && r->loss.args)
        session_notice(s, "loss %s (chosen: none was given)", r->loss.args->entry->name);
    for (size_t i = c->before.owns; i < r->owns; i++)
        session_notice(s, "loss %s on %s (chosen: none was given)",
                       r->own[i].choice.args->entry->name,
                       graph_value_name(m->graph, r->own[i].output));
    if (!c->before.optimizer && r->optimizer.args)
        session_notice(s, "optimizer adam (chosen: none was given)");
}

void settle_chosen(struct session *s, bool keep)
{
    for (size_t i = 0; i < s->models && s->chosens; i++) {
        const struct chosen *c = chosen_of(s, s->model[i]);
        if (keep)
            say_chosen(s, s->model[i]);
        else if (c)
            model_cut_recipe(c->model, &c->before);
    }
    s->chosens = 0;
}
