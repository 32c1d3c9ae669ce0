/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/rule_leaf.h"

#include "cmd/common/codes.h"

#include "cmd/common/resolve.h"
#include "cmd/common/settings.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/session/words.h"

#include "nn/joint_term.h"

#include <stdio.h>
#include <string.h>

enum { NAME_ROOM = 400 };

/* Whether a path ends in that; what stands before it is copied. */
static bool ends_in(const char *path, const char *end, char name[NAME_ROOM])
{
    const size_t n = strlen(path), cut = strlen(end);
    if (n <= cut || strcmp(path + n - cut, end) != 0)
        return false;
    snprintf(name, NAME_ROOM, "%.*s", (int)(n - cut), path);
    return true;
}

/* Splits code.activity at its last dot; returns what stands behind it. */
static const char *split_last(char name[NAME_ROOM])
{
    char *dot = strrchr(name, '.');
    if (!dot)
        return "";
    *dot = 0;
    return dot + 1;
}

static int takes_a_pass(const struct node *path, struct err *e)
{
    err_at(e, path->where, "%s takes a pass over the data, and a rule has none", path->text);
    return err_hint(e, "a rule may ask for loss, val.loss.data and tensors: those of the last "
                       "step's batch, of the last epoch's end");
}

static int masked_steps(const struct node *path, struct err *e)
{
    err_at(e, path->where, "steps of %s are masked, and a rule cannot leave them out", path->text);
    return err_hint(e, "its penalties can: a rule may ask for LAYER.activity.penalty");
}

static int find_quantity(const struct quantity *q, const struct node *path, struct rule_leaf *x,
                         struct err *e)
{
    if (!q->noted && !q->counts)
        return takes_a_pass(path, e);
    x->note = q->note;
    x->kind = q->counts == COUNTS_STEPS  ? LEAF_STEP
              : q->counts                ? LEAF_EPOCH
              : q->note < NOTED_VAL_LOSS ? LEAF_BATCH
                                         : LEAF_NOTE;
    return 0;
}

/* The first term of a slot; NOTHING. */
static id term_of(const struct graph *g, id layer, const char *slot)
{
    for (id t = 0; t < g->terms; t++)
        if (g->term[t].layer == layer && strcmp(g->term[t].slot, slot) == 0)
            return t;
    return NOTHING;
}

static void find_slot(struct rule_names *r, char name[NAME_ROOM], bool strength,
                      struct rule_leaf *x)
{
    const struct graph *g = r->model->graph;
    const id joint = graph_find_term(g, name);
    const char *slot = joint == NOTHING ? split_last(name) : "";
    const id layer = graph_find_layer(g, name), t = term_of(g, layer, slot);
    x->kind = strength ? LEAF_ARG : LEAF_PENALTY;
    x->at = layer;
    if (joint != NOTHING) {
        x->at = joint;
        x->slot = NULL;
    } else if (t == NOTHING) {
        /* No term, no penalty. */
        x->slot = "";
    } else if (strength) {
        x->arg = model_term(r->model, t)->arg;
    } else {
        x->slot = g->term[t].slot;
    }
    x->before = r->figures;
    r->figures += !strength;
}

static void find_weight(const struct graph *g, char name[NAME_ROOM], bool grad, struct rule_leaf *x)
{
    const char *part = split_last(name);
    x->kind = grad ? LEAF_GRADIENT : LEAF_WEIGHT;
    x->at = graph_find_weight(g, graph_find_layer(g, name), part);
}

static void find_value(struct rule_names *r, const char *name, bool output, struct rule_leaf *x,
                       struct leaf *leaf)
{
    const struct graph *g = r->model->graph;
    id call = graph_find_call(g, name);
    if (call == NOTHING)
        call = graph_only_call(g, graph_find_layer(g, name));
    const id value = output ? g->call[call].output : g->call[call].input[0];
    x->kind = LEAF_VALUE;
    x->at = value;
    x->count = shape_count(&g->value[value].shape);
    x->before = r->count;
    r->count += x->count;
    leaf->dims.size[0] = r->samples;
}

/* A path that an expression about the model may have; *leaf has the shape that it has there. */
static int find_in_model(struct rule_names *r, struct lookup *l, const struct node *path,
                         struct rule_leaf *x, struct leaf *leaf, struct err *e)
{
    char name[NAME_ROOM];
    const char *text = path->text;
    const bool output = ends_in(text, ".output", name);
    if (output || ends_in(text, ".input", name)) {
        find_value(r, name, output, x, leaf);
        if (r->model->graph->value[x->at].mask != NOTHING)
            return masked_steps(path, e);
    } else if (ends_in(text, ".loss", name)) {
        x->kind = LEAF_HEAD;
        return lookup_output(l, path, name, &x->at, e);
    } else if (ends_in(text, ".grad", name)) {
        find_weight(r->model->graph, name, true, x);
    } else if (ends_in(text, ".strength", name)) {
        find_slot(r, name, true, x);
    } else if (ends_in(text, ".penalty", name)) {
        find_slot(r, name, false, x);
    } else {
        snprintf(name, sizeof name, "%s", text);
        find_weight(r->model->graph, name, false, x);
    }
    return 0;
}

/* val.OUTPUT.loss */
static int find_head_of_share(struct lookup *l, const struct node *path, const char *name,
                              struct rule_leaf *x, struct err *e)
{
    size_t output;
    if (lookup_output(l, path, name, &output, e))
        return -1;
    x->kind = LEAF_NOTE;
    x->note = (enum noted)(NOTED_VAL_HEAD + output);
    return 0;
}

static int classify_leaf(struct rule_names *r, struct lookup *l, const struct node *path,
                         struct rule_leaf *x, struct leaf *leaf, struct err *e)
{
    char name[NAME_ROOM];
    double number;
    if (path->kind != NODE_PATH)
        return is_of_code(path) && !is_of_steps(path) ? takes_a_pass(path, e) : 0;
    const struct entry *q = table_find(&quantities, path->text);
    if (q)
        return find_quantity((const struct quantity *)q, path, x, e);
    if (!strchr(path->text, '.')) {
        x->kind = LEAF_VARIABLE;
        return 0;
    }
    if (setting_number(r->session, r->model, path->text, &number)) {
        x->arg = setting_arg(r->session, r->model, path->text);
        x->kind = x->arg ? LEAF_ARG : LEAF_LOOKED_UP;
        return 0;
    }
    if (path_of_head(path->text, "train", name, sizeof name))
        return takes_a_pass(path, e);
    if (path_of_head(path->text, "val", name, sizeof name))
        return find_head_of_share(l, path, name, x, e);
    return find_in_model(r, l, path, x, leaf, e);
}

static bool is_always_known(enum leaf_kind kind)
{
    return kind == LEAF_STEP || kind == LEAF_EPOCH || kind == LEAF_ARG || kind == LEAF_VARIABLE ||
           kind == LEAF_WEIGHT;
}

/* What can be wrong with a name is found as in any expression. */
static int resolve_leaf(struct rule_names *r, const struct node *path, struct leaf *leaf,
                        struct err *e)
{
    struct lookup l = {.session = r->session, .model = r->model};
    const struct names names = lookup_names(&l);
    struct rule_leaf x = {.path = path, .kind = LEAF_LOOKED_UP};
    int failed =
        names.find(names.self, path, false, leaf, e) || classify_leaf(r, &l, path, &x, leaf, e);
    lookup_finish(&l);
    if (!failed && mem_room(&r->leaf, &r->room, r->leaves + 1, sizeof x))
        failed = err_memory(e);
    x.dims = leaf->dims;
    r->waits = r->waits || !is_always_known(x.kind);
    if (!failed)
        r->leaf[r->leaves++] = x;
    return failed ? -1 : 0;
}

static int look_up(struct rule_names *r, const struct node *path, struct leaf *leaf, struct err *e)
{
    struct lookup l = {.session = r->session, .model = r->model};
    const struct names names = lookup_names(&l);
    const int failed = names.find(names.self, path, true, leaf, e);
    lookup_finish(&l);
    return failed;
}

static double batch_figure(const struct figures *x, enum noted which)
{
    return (which == NOTED_PENALTY ? 0 : x->data) + (which == NOTED_DATA ? 0 : x->penalty);
}

static int value_of(struct rule_names *r, const struct rule_leaf *x, struct leaf *leaf,
                    struct err *e)
{
    const struct model_state *now = &r->model->state;
    const struct variable *v;
    switch (x->kind) {
    case LEAF_LOOKED_UP:
        return look_up(r, x->path, leaf, e);
    case LEAF_STEP:
        leaf->number = (double)now->step;
        break;
    case LEAF_EPOCH:
        leaf->number = (double)now->epoch;
        break;
    case LEAF_VARIABLE:
        v = name_variable(r->session, x->path->text);
        if (!v || v->penalty)
            return look_up(r, x->path, leaf, e);
        leaf->number = v->number;
        break;
    case LEAF_ARG:
        setting_value(x->arg, &leaf->number);
        break;
    case LEAF_BATCH:
        leaf->number = batch_figure(&now->batch, x->note);
        break;
    case LEAF_HEAD:
        leaf->number = now->batch.head[x->at];
        break;
    case LEAF_NOTE:
        leaf->number = now->note[x->note].newest;
        break;
    case LEAF_WEIGHT:
    case LEAF_GRADIENT:
        leaf->reals =
            (x->kind == LEAF_WEIGHT ? now->weight : now->grad) + r->model->graph->weight[x->at].at;
        break;
    case LEAF_VALUE:
        leaf->reals = r->left->tensor + r->left->samples * x->before;
        break;
    case LEAF_PENALTY:
        leaf->number = r->left->figure[x->before];
        break;
    }
    return 0;
}

static int find(void *self, const struct node *path, bool values, struct leaf *leaf, struct err *e)
{
    struct rule_names *r = self;
    struct rule_leaf *x = r->leaf;
    if (!values)
        return resolve_leaf(r, path, leaf, e);
    while (x->path != path)
        x++;
    leaf->dims = x->dims;
    if (value_of(r, x, leaf, e))
        return -1;
    x->number = leaf->number;
    return 0;
}

struct names rule_names(struct rule_names *r)
{
    /* What takes long is a step, not its rules. */
    return (struct names){.self = r, .find = find};
}

void rule_names_finish(struct rule_names *r)
{
    mem_free(r->leaf);
    r->leaf = NULL;
    r->leaves = r->room = r->count = r->figures = 0;
}

static bool is_known(const struct rule_names *r, const struct rule_leaf *x)
{
    const struct model_state *now = &r->model->state;
    switch (x->kind) {
    case LEAF_LOOKED_UP:
        return x->path->kind == NODE_PATH || is_of_steps(x->path) || now->epoch;
    case LEAF_BATCH:
    case LEAF_HEAD:
    case LEAF_GRADIENT:
        return now->stepped;
    case LEAF_NOTE:
        return now->note[x->note].epoch != 0;
    case LEAF_VALUE:
    case LEAF_PENALTY:
        return r->left->step && r->left->step == now->step;
    default:
        return true;
    }
}

bool rule_names_known(const struct rule_names *r)
{
    bool known = true;
    for (size_t i = 0; r->waits && i < r->leaves && known; i++)
        known = is_known(r, &r->leaf[i]);
    return known;
}

bool rule_names_same(struct rule_names *r)
{
    bool same = true;
    for (size_t i = 0; i < r->leaves && same; i++) {
        const struct rule_leaf *x = &r->leaf[i];
        struct leaf leaf = {0};
        struct err ignored;
        same = !x->dims.axes && !value_of(r, x, &leaf, &ignored) && leaf.number == x->number;
    }
    return same;
}

int rule_left_room(const struct rule_names *r, size_t samples, struct ruled *to, struct err *e)
{
    const size_t reals = r->count * samples;
    if (reals > to->tensor_room) {
        real *block = mem_block(reals, sizeof *block);
        if (!block)
            return err_memory(e);
        if (to->reals)
            memcpy(block, to->tensor, to->reals * sizeof *block);
        mem_free(to->tensor);
        to->tensor = block;
        to->tensor_room = reals;
    }
    return mem_room(&to->figure, &to->figure_room, r->figures, sizeof *to->figure) ? err_memory(e)
                                                                                   : 0;
}

static void take_value(const struct rule_leaf *x, const struct last_batch *o, real *to)
{
    for (size_t k = 0; k < o->frames; k++) {
        const struct frame *f = o->frame[k];
        memcpy(to, frame_value(f, (id)x->at), f->samples * x->count * sizeof *to);
        to += f->samples * x->count;
    }
}

static double take_penalty(const struct rule_leaf *x, const struct trainer *t)
{
    const struct graph *g = t->model->graph;
    double sum = 0;
    for (size_t i = 0; i < t->train->applieds; i++) {
        const id at = t->train->applied[i].term;
        const struct term *term = &g->term[at];
        if (x->slot ? term->layer == x->at && strcmp(term->slot, x->slot) == 0 : at == x->at)
            sum += t->last_batch.row[i];
    }
    return sum;
}

void rule_left_take(const struct rule_names *r, const struct trainer *t, struct ruled *to)
{
    const struct last_batch *o = &t->last_batch;
    for (size_t i = 0; i < r->leaves; i++) {
        const struct rule_leaf *x = &r->leaf[i];
        if (x->kind == LEAF_VALUE)
            take_value(x, o, to->tensor + o->samples * x->before);
        else if (x->kind == LEAF_PENALTY)
            to->figure[x->before] = take_penalty(x, t);
    }
    to->step = t->model->state.step;
    to->samples = o->samples;
    to->reals = r->count * o->samples;
    to->figures = r->figures;
}
