/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/resolve.h"

#include "cmd/common/codes.h"
#include "cmd/common/epochs.h"
#include "cmd/common/ledger_run.h"
#include "cmd/common/settings.h"
#include "cmd/session/data.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/session/words.h"

#include "nn/joint_term.h"
#include "nn/layer.h"
#include "nn/penalty.h"
#include "train/inputs.h"
#include "train/ledger.h"

#include <stdio.h>
#include <string.h>

/* A ledger or a tensor that this lookup has computed. */
struct wanted {
    struct wanted *next;
    real *block;
    struct ledger ledger;
    enum share share; /* of the ledger */
    bool is_ledger;
};

static struct wanted *add_wanted(struct lookup *l, struct err *e)
{
    struct wanted *w = mem_new(1, sizeof *w);
    if (!w) {
        err_memory(e);
        return NULL;
    }
    w->next = l->wanted;
    l->wanted = w;
    return w;
}

void lookup_finish(struct lookup *l)
{
    while (l->wanted) {
        struct wanted *w = l->wanted;
        l->wanted = w->next;
        mem_free(w->block);
        if (w->is_ledger)
            ledger_finish(&w->ledger);
        mem_free(w);
    }
}

const struct ledger *lookup_ledger(struct lookup *l, enum share share, struct err *e)
{
    for (struct wanted *w = l->wanted; w; w = w->next)
        if (w->is_ledger && w->share == share)
            return &w->ledger;
    struct wanted *w = add_wanted(l, e);
    if (!w)
        return NULL;
    w->share = share;
    w->is_ledger = true;
    return ledger_run(l->session, &w->ledger, l->model, share, false, e) ? NULL : &w->ledger;
}

static void set_number(struct leaf *leaf, double x)
{
    *leaf = (struct leaf){.number = x};
}

/* Splits hidden.kernel.grad at its dots, in a copy that `text` holds; returns how many parts. */
static size_t split_path(const char *path, char *text, size_t room, const char *part[4])
{
    size_t n = 0;
    snprintf(text, room, "%s", path);
    for (char *at = text; at && n < 4;) {
        part[n++] = at;
        at = strchr(at, '.');
        if (at)
            *at++ = 0;
    }
    return n;
}

/* A row of the table of quantities. */
static int find_quantity(struct lookup *l, const struct entry *row, const struct node *path,
                         bool values, struct leaf *leaf, struct err *e)
{
    const struct quantity *q = (const struct quantity *)row;
    double x = 0;
    if (q->find(l, q, path->where, values, &x, e))
        return -1;
    set_number(leaf, x);
    return 0;
}

static int hint_slots(const struct entry *entry, struct err *e)
{
    struct str list = {0};
    for (size_t i = 0; i < entry->arg_count; i++)
        if (entry->args[i].type == ARG_SUM)
            str_addf(&list, "%s%s", list.size ? ", " : "", entry->args[i].name);
    err_hint(e, "it has %.200s", list.size && !list.failed ? list.text : "none");
    str_finish(&list);
    return -1;
}

static int check_slot(const struct lookup *l, const struct node *path, id layer, const char *slot,
                      struct err *e)
{
    const struct layer *of = &l->model->graph->layer[layer];
    const struct entry *entry = &of->kind->entry;
    for (size_t i = 0; i < entry->arg_count; i++)
        if (entry->args[i].type == ARG_SUM && strcmp(entry->args[i].name, slot) == 0)
            return 0;
    err_at(e, path->where, "%s has no slot %s", of->name, slot);
    return hint_slots(entry, e);
}

/* X.SLOT.strength, as the ledger shows it. */
static int find_strength(const struct lookup *l, const struct node *path, id layer,
                         const char *slot, struct leaf *leaf, struct err *e)
{
    const struct graph *g = l->model->graph;
    const struct args *found = NULL;
    struct str list = {0};
    size_t terms = 0;
    set_number(leaf, 0);
    if (check_slot(l, path, layer, slot, e))
        return -1;
    for (id t = 0; t < g->terms; t++)
        if (g->term[t].layer == layer && strcmp(g->term[t].slot, slot) == 0) {
            found = model_term(l->model, t);
            str_add(&list, terms++ ? ", " : "");
            args_print(&list, found);
        }
    const char *all = list.text && !list.failed ? list.text : "";
    const bool several = terms > 1 || (found && found->entry->args[1].required);
    if (!terms) {
        err_at(e, path->where, "%s.%s has no penalty", g->layer[layer].name, slot);
        err_hint(e, "set %s.%s = l1(1e-3) gives it one", g->layer[layer].name, slot);
    } else if (several) {
        err_at(e, path->where, "%s.%s has several strengths: %.200s", g->layer[layer].name, slot,
               all);
        err_hint(e, "%s.%s.penalty is what it comes to", g->layer[layer].name, slot);
    } else {
        set_number(leaf, penalty_strength(found));
    }
    str_finish(&list);
    return terms && !several ? 0 : -1;
}

/* The sum of the rows of a slot; `layer` is NOTHING of the joint term called `slot`. */
static int find_penalty(struct lookup *l, const struct node *path, id layer, const char *slot,
                        bool values, struct leaf *leaf, struct err *e)
{
    const struct session *s = l->session;
    const id joint = layer == NOTHING ? graph_find_term(l->model->graph, slot) : NOTHING;
    set_number(leaf, 0);
    if (layer != NOTHING && check_slot(l, path, layer, slot, e))
        return -1;
    if (need_data(s, e) || inputs_check(l->model->graph, &s->data, e))
        return err_place(e, path->where);
    if (checking(s))
        return ledger_check(l->session, l->model, e) ? err_place(e, path->where) : 0;
    if (!values)
        return 0;
    const struct ledger *ledger = lookup_ledger(l, SHARE_EVALUATION, e);
    if (!ledger)
        return err_place(e, path->where);
    for (size_t i = 0; i < ledger->rows; i++) {
        const struct term *t = &ledger->model->graph->term[ledger->row[i].term];
        if (layer == NOTHING ? ledger->row[i].term == joint
                             : t->layer == layer && strcmp(t->slot, slot) == 0)
            leaf->number += ledger->row[i].value;
    }
    return 0;
}

static int find_weight(struct lookup *l, const struct node *path, id weight, bool grad, bool values,
                       struct leaf *leaf, struct err *e)
{
    struct model *m = l->model;
    const struct weight *w = &m->graph->weight[weight];
    if (grad && w->moving) {
        err_at(e, path->where, "%s does not train: it has no gradient", w->path);
        return err_hint(e, "it follows the batches; print %s", w->path);
    }
    *leaf = (struct leaf){.dims = {.axes = w->shape.axes}};
    for (uint32_t i = 0; i < w->shape.axes; i++)
        leaf->dims.size[i] = w->shape.size[i];
    if (!values)
        return 0;
    if (grad && !m->state.stepped) {
        err_at(e, path->where, "there is no gradient yet");
        return err_hint(e, "it is that of the last step; step 1 takes one");
    }
    if (model_draw(m, l->session->seed, 0, e))
        return -1;
    leaf->reals = (grad ? m->state.grad : model_weights(m)) + w->at;
    return 0;
}

static size_t evaluation_samples(const struct dataset *d)
{
    return d->training < d->samples ? d->samples - d->training : d->training;
}

/* How many steps of the samples are there, of a value with a mask. */
static int count_steps(const struct lookup *l, id value, size_t *count, struct err *e)
{
    const struct session *s = l->session;
    struct evaluator pass;
    *count = 0;
    if (evaluator_begin(&pass, l->model, &s->data, s->seed, SHARE_EVALUATION, false, e))
        return -1;
    while (evaluator_next(&pass))
        *count += frame_seen(pass.trainer->infer_frame, value)->valid;
    return stop_check(&s->host->stop, e);
}

/* A tensor with a mask is that of its steps that are there: [those of all samples][1][...]. */
static int shape_masked(const struct lookup *l, const struct node *path, id value,
                        struct leaf *leaf, struct err *e)
{
    size_t count;
    if (checking(l->session))
        return 0;
    if (count_steps(l, value, &count, e))
        return err_place(e, path->where);
    leaf->dims.size[0] = count;
    leaf->dims.size[1] = 1;
    if (count)
        return 0;
    err_at(e, path->where, "all steps of %s are masked", path->text);
    return err_hint(e, "nothing is left to compute with: look at the data");
}

/* The steps that are there of `samples` samples, one behind the other; returns the next place. */
static real *copy_seen(const struct frame *f, id value, size_t count, real *to)
{
    const struct steps_seen *seen = frame_seen(f, value);
    const real *from = frame_value(f, value);
    if (!seen) {
        memcpy(to, from, f->samples * count * sizeof *to);
        return to + f->samples * count;
    }
    const size_t each = count / seen->steps;
    for (size_t i = 0; i < f->samples * seen->steps; i++, from += each)
        if (seen->mask[i] != 0) {
            memcpy(to, from, each * sizeof *to);
            to += each;
        }
    return to;
}

static int gather_value(struct lookup *l, id value, size_t count, struct leaf *leaf, struct err *e)
{
    const struct session *s = l->session;
    struct model *m = l->model;
    struct evaluator pass;
    struct wanted *w = add_wanted(l, e);
    if (!w || evaluator_begin(&pass, m, &s->data, s->seed, SHARE_EVALUATION, false, e))
        return -1;
    if (!(w->block = mem_block(evaluation_samples(&s->data) * count, sizeof *w->block)))
        return err_memory(e);
    leaf->reals = w->block;
    const struct progress progress = {.what = "print"};
    real *to = w->block;
    while (evaluator_next(&pass)) {
        to = copy_seen(pass.trainer->infer_frame, value, count, to);
        if (session_tick(s, &progress, e))
            return -1;
    }
    return stop_check(&s->host->stop, e);
}

static int find_value(struct lookup *l, const struct node *path, id value, bool values,
                      struct leaf *leaf, struct err *e)
{
    const struct session *s = l->session;
    const struct shape *shape = &l->model->graph->value[value].shape;
    if (need_data(s, e) || inputs_check(l->model->graph, &s->data, e))
        return err_place(e, path->where);
    *leaf = (struct leaf){.dims = {.axes = shape->axes + 1}};
    leaf->batch = true;
    leaf->dims.size[0] = evaluation_samples(&s->data);
    for (uint32_t i = 0; i < shape->axes; i++)
        leaf->dims.size[i + 1] = shape->size[i];
    if (l->model->graph->value[value].mask != NOTHING && shape_masked(l, path, value, leaf, e))
        return -1;
    if (!values)
        return 0;
    return gather_value(l, value, shape_count(shape), leaf, e) ? err_place(e, path->where) : 0;
}

/* The calls that were made inside the call of a block, the blocks' own left out. */
static void add_inside(struct str *to, const struct graph *g, id block)
{
    const size_t n = strlen(g->call[block].name);
    for (id c = 0; c < g->calls && to->size < 200; c++)
        if (strncmp(g->call[c].name, g->call[block].name, n) == 0 && g->call[c].name[n] == '.' &&
            g->value[g->call[c].output].made_by == c)
            str_addf(to, "%s%s", to->size ? ", " : "", g->call[c].name);
}

static int unknown_part(const struct graph *g, const struct node *path, const char *name,
                        struct err *e)
{
    const char *part = path->text + strlen(name) + 1;
    const id call = graph_find_call(g, name);
    struct str inside = {0};
    if (call != NOTHING)
        add_inside(&inside, g, call);
    err_at(e, path->where, "%s has no \"%s\"", name, part);
    if (inside.size && !inside.failed) {
        err_hint(e, "it has output and input; inside are the calls %.220s", inside.text);
        str_finish(&inside);
        return -1;
    }
    str_finish(&inside);
    return err_hint(e, "it has output, input, its weights (kernel, bias), their .grad, "
                       "SLOT.penalty and SLOT.strength");
}

/* The path without its last `n` parts; false if there are too few. */
static bool without_last(const char *path, size_t n, char *text, size_t room)
{
    snprintf(text, room, "%s", path);
    for (; n; n--) {
        char *dot = strrchr(text, '.');
        if (!dot)
            return false;
        *dot = 0;
    }
    return true;
}

/* A layer in a block has a tensor for each call of the block. */
static int several_calls(const struct graph *g, id layer, const struct node *path, struct err *e)
{
    struct str names = {0};
    size_t calls = 0;
    for (id c = 0; c < g->calls; c++)
        if (g->call[c].layer == layer && ++calls && names.size < 200)
            str_addf(&names, "%s%s", names.size ? ", " : "", g->call[c].name);
    err_at(e, path->where, "%s is %s", g->layer[layer].name,
           calls > 1   ? "called more than once"
           : calls > 0 ? "a block, and its tensors are those of its call"
                       : "never called");
    if (names.size && !names.failed)
        err_hint(e, "name the call: %.220s", names.text);
    else
        err_hint(e, "tensors are those of a call");
    str_finish(&names);
    return -1;
}

/* The call that a path means: by its own name, or as the only one of its layer. */
static int find_call(const struct graph *g, const char *name, const struct node *path, id *call,
                     struct err *e)
{
    *call = graph_find_call(g, name);
    const id layer = *call == NOTHING ? graph_find_layer(g, name) : NOTHING;
    if (layer != NOTHING && !g->layer[layer].body)
        *call = graph_only_call(g, layer);
    return layer != NOTHING && *call == NOTHING ? several_calls(g, layer, path, e) : 0;
}

/* The value that X.output or X.input means; NOTHING if the path is neither. */
static int find_tensor(const struct graph *g, const struct node *path, id *value, struct err *e)
{
    const char *last = strrchr(path->text, '.');
    const bool output = strcmp(last, ".output") == 0;
    char name[400];
    id call = NOTHING;
    *value = NOTHING;
    if (!output && strcmp(last, ".input") != 0)
        return 0;
    if (!without_last(path->text, 1, name, sizeof name) || find_call(g, name, path, &call, e))
        return -1;
    if (call != NOTHING && output)
        *value = g->call[call].output;
    else if (call != NOTHING && g->call[call].inputs == 1)
        *value = g->call[call].input[0];
    return 0;
}

/* Whether only a shorter part of the name is known: that is then what `name` becomes. */
static bool shorter_name(const struct graph *g, char *name)
{
    char *dot = NULL;
    char whole[400];
    snprintf(whole, sizeof whole, "%s", name);
    while (graph_find_layer(g, name) == NOTHING && graph_find_call(g, name) == NOTHING) {
        dot = strrchr(name, '.');
        if (!dot) {
            strcpy(name, whole);
            return false;
        }
        *dot = 0;
    }
    return dot != NULL;
}

/* OUTPUT.loss: of the latest train, step or evaluate, without its weight. */
static int find_head(struct lookup *l, const struct node *path, const char *name, bool values,
                     struct leaf *leaf, struct err *e)
{
    const struct model *m = l->model;
    size_t output;
    set_number(leaf, 0);
    if (lookup_output(l, path, name, &output, e))
        return -1;
    if (values && m->state.from == FROM_NOTHING)
        return lookup_no_loss(path->where, e);
    set_number(leaf, m->state.last.head[output]);
    return 0;
}

/* val.OUTPUT.loss, train.OUTPUT.loss: of the model as it stands. */
static int find_head_of_share(struct lookup *l, const struct node *path, enum share share,
                              const char *name, bool values, struct leaf *leaf, struct err *e)
{
    struct session *s = l->session;
    size_t output;
    set_number(leaf, 0);
    if (lookup_output(l, path, name, &output, e) || lookup_share(l, share, false, path->where, e))
        return -1;
    if (checking(s))
        return ledger_check(s, l->model, e) ? err_place(e, path->where) : 0;
    if (!values)
        return 0;
    const struct ledger *ledger = lookup_ledger(l, share, e);
    if (!ledger)
        return err_place(e, path->where);
    set_number(leaf, ledger->head[output]);
    return 0;
}

/* NAME.penalty; the strength is a setting. */
static int find_of_term(struct lookup *l, const struct node *path, const char *name, bool values,
                        struct leaf *leaf, struct err *e)
{
    if (strcmp(strrchr(path->text, '.'), ".penalty") == 0)
        return find_penalty(l, path, NOTHING, name, values, leaf, e);
    err_at(e, path->where, "the term %s has no \"%s\"", name, strrchr(path->text, '.') + 1);
    return err_hint(e, "it has %s.strength and %s.penalty", name, name);
}

/* X.kernel, X.kernel.grad, X.activity.penalty ... */
static int find_in_model(struct lookup *l, const struct node *path, bool values, struct leaf *leaf,
                         struct err *e)
{
    const struct graph *g = l->model->graph;
    const char *last = strrchr(path->text, '.');
    const bool grad = strcmp(last, ".grad") == 0, penalty = strcmp(last, ".penalty") == 0;
    const bool strength = strcmp(last, ".strength") == 0;
    const size_t parts = grad || penalty || strength ? 2 : 1;
    char name[400], part[400];
    id value;
    if (without_last(path->text, 1, name, sizeof name) && graph_find_term(g, name) != NOTHING)
        return find_of_term(l, path, name, values, leaf, e);
    if (find_tensor(g, path, &value, e))
        return -1;
    if (value != NOTHING)
        return find_value(l, path, value, values, leaf, e);
    if (!without_last(path->text, parts, name, sizeof name))
        return unknown_part(g, path, path->text, e);
    if (parts == 1 && strcmp(last, ".loss") == 0)
        return find_head(l, path, name, values, leaf, e);
    if (shorter_name(g, name))
        return unknown_part(g, path, name, e);
    const id layer = name_layer(g, name, path->where, e);
    if (layer == NOTHING)
        return -1;
    snprintf(part, sizeof part, "%s", path->text + strlen(name) + 1);
    part[strcspn(part, ".")] = 0;
    const id weight = graph_find_weight(g, layer, part);
    if (strength)
        return find_strength(l, path, layer, part, leaf, e);
    if (penalty)
        return find_penalty(l, path, layer, part, values, leaf, e);
    if (weight != NOTHING)
        return find_weight(l, path, weight, grad, values, leaf, e);
    return g->layer[layer].body || g->layer[layer].built ? unknown_part(g, path, name, e)
                                                         : several_calls(g, layer, path, e);
}

/* _ is what print has printed last; with --check that is a guess. */
static int find_printed(struct lookup *l, const struct node *path, struct leaf *leaf, struct err *e)
{
    const struct session *s = l->session;
    if (!s->has_printed) {
        err_at(e, path->where, "nothing was printed yet that _ could be");
        return err_hint(e, "_ is the last number that print has printed: print loss, then _");
    }
    l->guessed = l->guessed || checking(s);
    set_number(leaf, s->printed);
    return 0;
}

static int find_single(struct lookup *l, const struct node *path, const char *name,
                       struct leaf *leaf, struct err *e)
{
    const struct session *s = l->session;
    const struct graph *g = l->model->graph;
    const struct variable *v = name_variable(s, name);
    if (strcmp(name, "_") == 0)
        return find_printed(l, path, leaf, e);
    if (v && !v->penalty) {
        set_number(leaf, v->number);
        return 0;
    }
    if (v) {
        err_at(e, path->where, "%s is a penalty, and a number is due", name);
        return err_hint(e, "use it in a slot: kernel=%s", name);
    }
    if (graph_find_term(g, name) != NOTHING) {
        err_at(e, path->where, "%s is a term, and a number or tensor is due", name);
        return err_hint(e, "write %s.penalty or %s.strength", name, name);
    }
    if (graph_find_call(g, name) != NOTHING) {
        err_at(e, path->where, "%s is a layer, and a number or tensor is due", name);
        return err_hint(e, "write %s.output, or show %s", name, name);
    }
    struct nearest near = {0};
    nearest_in_table(&near, name, &quantities);
    for (size_t i = 0; i < s->variables; i++)
        nearest_try(&near, name, s->variable[i].name);
    err_at(e, path->where, "no quantity or variable \"%s\"", name);
    return near.name ? err_hint(e, "did you mean %s?", near.name)
                     : err_hint(e, "help expressions lists what there is");
}

/* Whether quantities begin with it that no setting and no tensor shares: val, train. */
static bool is_share(const char *word)
{
    const size_t n = strlen(word);
    for (size_t i = 0; i < quantities.rows; i++) {
        const char *name = quantities.row[i]->name;
        if (strncmp(name, word, n) == 0 && name[n] == '.' && !table_find(&quantities, word))
            return true;
    }
    return false;
}

static int unknown_quantity(const struct node *path, struct err *e)
{
    struct nearest near = {0};
    nearest_in_table(&near, path->text, &quantities);
    err_at(e, path->where, "there is no quantity \"%s\"", path->text);
    return near.name ? err_hint(e, "did you mean %s?", near.name)
                     : err_hint(e, "help quantities lists them");
}

/* What begins with a share and is no row of the table: the loss of an output, or a mistake. */
static int find_of_share(struct lookup *l, const struct node *path, bool values, struct leaf *leaf,
                         struct err *e)
{
    char name[400];
    if (path_of_head(path->text, "val", name, sizeof name))
        return find_head_of_share(l, path, SHARE_VALIDATION, name, values, leaf, e);
    if (path_of_head(path->text, "train", name, sizeof name))
        return find_head_of_share(l, path, SHARE_TRAIN, name, values, leaf, e);
    return unknown_quantity(path, e);
}

/* A path of the optimizer, the loss or the data that is no number. */
static int unknown_setting(const struct lookup *l, const struct node *path,
                           const struct setting_part *part, struct err *e)
{
    const char *thing = part->entry.name;
    if (!part->args(l->session, l->model))
        return part->missing(l->session, NULL, path->where, e);
    err_at(e, path->where, "%s has no number \"%s\"", thing, path->text + strlen(thing) + 1);
    return err_hint(e, "%s alone prints what it has", thing);
}

/* N of stalled(Q, N). */
static int read_patience(struct lookup *l, const struct node *n, double *epochs, struct err *e)
{
    char text[NUMBER_ROOM];
    bool guessed;
    if (session_guess(l->session, l->model, n, epochs, &guessed, e))
        return -1;
    if (guessed || (*epochs >= 1 && *epochs == floor(*epochs)))
        return 0;
    err_at(e, n->where, "stalled takes a whole number of epochs, 1 or more, not %s",
           number_text(*epochs, text));
    return err_hint(e, "write stalled(val.loss.data, 10)");
}

static int find_call_of_epochs(struct lookup *l, const struct node *call, bool values,
                               struct leaf *leaf, struct err *e)
{
    double patience = 1;
    if (is_stalled(call) && read_patience(l, call->arg[1].value, &patience, e))
        return -1;
    return find_of_epochs(l, call, patience, values, leaf, e);
}

static int find_call_of_code(struct lookup *l, const struct node *call, bool values,
                             struct leaf *leaf, struct err *e)
{
    double number = 0;
    bool guessed = false;
    if (call->args == 2 &&
        session_guess(l->session, l->model, call->arg[1].value, &number, &guessed, e))
        return -1;
    l->guessed = l->guessed || guessed;
    return find_of_code(l, call, number, values, leaf, e);
}

static int find(void *self, const struct node *path, bool values, struct leaf *leaf, struct err *e)
{
    struct lookup *l = self;
    if (path->kind == NODE_CALL && is_of_code(path))
        return find_call_of_code(l, path, values, leaf, e);
    if (path->kind == NODE_CALL)
        return find_call_of_epochs(l, path, values, leaf, e);
    char text[200];
    const char *part[4];
    size_t n = split_path(path->text, text, sizeof text, part);
    double x;
    bool settled = n == 1 && name_variable(l->session, part[0]) &&
                   !name_variable(l->session, part[0])->guessed;
    if (checking(l->session) && !settled && !setting_number(l->session, l->model, path->text, &x))
        l->guessed = true;
    const struct entry *quantity = table_find(&quantities, path->text);
    if (quantity)
        return find_quantity(l, quantity, path, values, leaf, e);
    if (n == 1)
        return find_single(l, path, part[0], leaf, e);
    if (setting_number(l->session, l->model, path->text, &x)) {
        set_number(leaf, x);
        return 0;
    }
    if (is_share(part[0]))
        return find_of_share(l, path, values, leaf, e);
    const struct setting_part *settings = setting_part_of(part[0]);
    if (settings && settings->missing)
        return unknown_setting(l, path, settings, e);
    return find_in_model(l, path, values, leaf, e);
}

struct names lookup_names(struct lookup *l)
{
    return (struct names){.self = l, .find = find, .stop = &l->session->host->stop};
}

int session_check(struct session *s, struct model *m, const struct node *n, struct err *e)
{
    struct lookup l = {.session = s, .model = m};
    struct names names = lookup_names(&l);
    int failed = expr_check_number(n, &names, e);
    lookup_finish(&l);
    return failed;
}

int session_guess(struct session *s, struct model *m, const struct node *n, double *value,
                  bool *guessed, struct err *e)
{
    struct lookup l = {.session = s, .model = m};
    struct names names = lookup_names(&l);
    int failed = checking(s) ? expr_check_number(n, &names, e) : 0;
    if (!failed && !l.guessed)
        failed = expr_number(n, &names, value, e);
    else
        *value = 1;
    *guessed = l.guessed;
    lookup_finish(&l);
    return failed;
}

int session_number(struct session *s, struct model *m, const struct node *n, double *value,
                   struct err *e)
{
    bool guessed;
    return session_guess(s, m, n, value, &guessed, e);
}
