/* SPDX-License-Identifier: GPL-3.0-or-later */
/* term: a row of the ledger over several tensors. */
#include "cmd/common/binder.h"
#include "cmd/common/resolve.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/session/words.h"
#include "cmd/verbs/layer.h"
#include "cmd/verbs/setting_parts.h"

#include "expr/joint.h"
#include "nn/joint_term.h"
#include "train/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char usage[] = "write term tie = 1e-3 * sum((a.kernel - transpose(b.kernel))^2)";

/* A term on its way from the statement's tree to arguments. */
struct making {
    struct session *s;
    struct model *m;
    struct arena *arena;
    const char *tensor[JOINT_TENSORS_MOST];
    size_t tensors;
    const char *output; /* the first output, and the mask that it has */
    id mask;
    struct err *e;
};

static struct node *copy_tree(struct making *x, const struct node *n);

static struct node *copy_node(const struct making *x, const struct node *n)
{
    struct node *copy = arena_new(x->arena, 1, sizeof *copy);
    if (copy)
        *copy = *n;
    else
        err_memory(x->e);
    return copy;
}

/* A number as one writes it: a sign is an operation of its own. */
static struct node *number_tree(const struct making *x, const struct node *at, double number)
{
    struct node *n = copy_node(x, at), *sign;
    if (!n)
        return NULL;
    *n =
        (struct node){.kind = NODE_NUMBER, .where = at->where, .number = fabs(number), .height = 1};
    if (!signbit(number) || !(sign = copy_node(x, at)))
        return signbit(number) ? NULL : n;
    *sign = (struct node){
        .kind = NODE_UNARY, .op = OP_MINUS, .where = at->where, .child = {n}, .height = 2};
    return sign;
}

/* The model that has the tensor, if it is not the current one. */
static const struct model *other_owner(const struct making *x, const char *path)
{
    struct tensor_place at;
    for (size_t i = 0; i < x->s->models; i++)
        if (x->s->model[i] != x->m && graph_find_tensor(x->s->model[i]->graph, path, &at))
            return x->s->model[i];
    return NULL;
}

static bool ends_in(const char *path, const char *end)
{
    const size_t n = strlen(path), tail = strlen(end);
    return n > tail && strcmp(path + n - tail, end) == 0;
}

static int no_tensor(const struct node *n, struct err *e)
{
    err_at(e, n->where, "%s is no weight and no output", n->text);
    return err_hint(e, "a term names weights (h.kernel), outputs (h.output), batch, and variables "
                       "that are numbers, as they are now");
}

/* What is no tensor is told as in any expression, and what has a value all the same is refused. */
static int unknown_name(const struct making *x, const struct node *n)
{
    const char *path = n->text;
    struct leaf leaf;
    const struct model *other = other_owner(x, path);
    if (other) {
        err_at(x->e, n->where, "%s is a tensor of the model %s, and a term is about one model",
               path, other->name);
        return err_hint(x->e, "model %s makes that one current", other->name);
    }
    if (table_find(&quantities, path) || ends_in(path, ".penalty") || ends_in(path, ".strength") ||
        ends_in(path, ".grad") || ends_in(path, ".loss"))
        return no_tensor(n, x->e);
    struct lookup l = {.session = x->s, .model = x->m};
    const struct names names = lookup_names(&l);
    const int failed = names.find(names.self, n, false, &leaf, x->e);
    lookup_finish(&l);
    return failed ? err_place(x->e, n->where) : no_tensor(n, x->e);
}

/* By the name of its call, where it was named by a layer that is called once: the layer may be
 * called again. */
static const char *lasting_path(const struct making *x, const char *path, struct tensor_place at)
{
    char text[TERM_NAME_ROOM];
    const char *dot = strrchr(path, '.');
    snprintf(text, sizeof text, "%.*s", (int)(dot - path), path);
    if (at.value != NOTHING && graph_find_call(x->m->graph, text) == NOTHING) {
        const id call = graph_only_call(x->m->graph, graph_find_layer(x->m->graph, text));
        snprintf(text, sizeof text, "%s%s", x->m->graph->call[call].name, dot);
        path = text;
    } else {
        snprintf(text, sizeof text, "%s", path);
    }
    return arena_text(x->arena, text, strlen(text));
}

static struct node *copy_tensor(struct making *x, const struct node *n, struct tensor_place at)
{
    struct node *copy = copy_node(x, n);
    const char *path = lasting_path(x, n->text, at);
    size_t i = 0;
    if (!copy || !path) {
        err_memory(x->e);
        return NULL;
    }
    copy->text = path;
    while (i < x->tensors && strcmp(x->tensor[i], path) != 0)
        i++;
    if (i == JOINT_TENSORS_MOST) {
        err_at(x->e, n->where, "a term names at most %d tensors", JOINT_TENSORS_MOST);
        err_hint(x->e, "make two terms of it: the rows of both add up");
        return NULL;
    }
    x->tensor[i] = path;
    x->tensors = i == x->tensors ? i + 1 : x->tensors;
    return copy;
}

/* All outputs of a term have the same steps. */
static int other_mask(struct making *x, const struct node *n, id mask)
{
    if (!x->output) {
        x->output = n->text;
        x->mask = mask;
    }
    if (mask == x->mask)
        return 0;
    err_at(x->e, n->where, "%s and %s do not have the same masked steps", x->output, n->text);
    return err_hint(x->e, "make two terms of it, or name outputs behind one mask");
}

static struct node *copy_name(struct making *x, const struct node *n)
{
    struct tensor_place at;
    const struct variable *v = name_variable(x->s, n->text);
    if (graph_find_tensor(x->m->graph, n->text, &at)) {
        return at.value != NOTHING && other_mask(x, n, x->m->graph->value[at.value].mask)
                   ? NULL
                   : copy_tensor(x, n, at);
    }
    if (strcmp(n->text, "batch") == 0)
        return copy_node(x, n);
    if (v && !v->penalty && isfinite(v->number))
        return number_tree(x, n, v->number);
    if (!v) {
        unknown_name(x, n);
        return NULL;
    }
    err_at(x->e, n->where, "%s is %s, and a formula takes numbers", n->text,
           v->penalty ? "a penalty" : "not finite");
    err_hint(x->e, "give it another value before: let %s = ...", n->text);
    return NULL;
}

static struct node *copy_call(struct making *x, const struct node *n)
{
    struct node *copy = copy_node(x, n);
    if (copy && (table_find(&penalty_kinds, n->text) || session_definition(x->s, n->text))) {
        struct span name = n->where;
        name.end = name.at + (uint32_t)strlen(n->text);
        err_at(x->e, name, "%s is a penalty, and a formula calls functions", n->text);
        err_hint(x->e, "write its formula out; help %s shows it", n->text);
        return NULL;
    }
    if (copy && !(copy->arg = arena_new(x->arena, n->args, sizeof *n->arg)))
        err_memory(x->e);
    for (size_t i = 0; copy && copy->arg && i < n->args; i++) {
        copy->arg[i] = n->arg[i];
        if (!(copy->arg[i].value = copy_tree(x, n->arg[i].value)))
            return NULL;
    }
    return copy && copy->arg ? copy : NULL;
}

/* The tree with variables replaced by their values, and tensors by names that last. */
static struct node *copy_tree(struct making *x, const struct node *n)
{
    if (n->kind == NODE_PATH)
        return copy_name(x, n);
    if (n->kind == NODE_CALL)
        return copy_call(x, n);
    struct node *copy = copy_node(x, n);
    for (size_t i = 0; copy && i < 3; i++)
        if (n->child[i] && !(copy->child[i] = copy_tree(x, n->child[i])))
            return NULL;
    return copy;
}

static bool is_number(const struct node *n)
{
    while (n->kind == NODE_UNARY && n->op != OP_NOT)
        n = n->child[0];
    return n->kind == NODE_NUMBER;
}

/* The number that a product begins with, which is the strength, is taken out of the tree. NULL: it
 * begins with none. */
static struct node *take_strength(const struct making *x, struct node **tree)
{
    struct node **place = tree, **at = tree;
    while ((*at)->kind == NODE_BINARY && ((*at)->op == OP_MUL || (*at)->op == OP_DIV)) {
        place = at;
        at = &(*at)->child[0];
    }
    struct node *strength = *at;
    if (at == tree || !is_number(strength))
        return NULL;
    /* 1e-3 / batch * ... leaves 1 / batch * ... */
    *((*place)->op == OP_MUL ? place : at) =
        (*place)->op == OP_MUL ? (*place)->child[1] : number_tree(x, strength, 1);
    return strength;
}

/* The shapes of its names, for any number of samples. */
static int find_shape(void *self, const struct node *n, bool values, struct leaf *leaf,
                      struct err *e)
{
    const struct making *x = self;
    struct tensor_place at;
    (void)values;
    *leaf = (struct leaf){0};
    if (n->kind == NODE_CALL) {
        err_at(e, n->where, "%s asks for figures of the model, and a term is made of tensors",
               n->text);
        return err_hint(e, "a rule can ask for it: set NAME.strength = ... every 10");
    }
    if (graph_find_tensor(x->m->graph, n->text, &at))
        *leaf = (struct leaf){.dims = tensor_dims(x->m->graph, at), .batch = at.value != NOTHING};
    return 0;
}

/* Splits the formula and checks it. *strength is bound; *tree is what it multiplies. */
static int read_formula(struct making *x, const struct node *formula, struct arg *strength,
                        struct node **tree, struct err *e)
{
    const struct names names = {.self = x, .find = find_shape, .stop = &x->s->host->stop};
    const struct arg_spec *spec = &joint_term.entry.args[JOINT_STRENGTH];
    struct binder b = session_binder(x->s, x->arena);
    if (!(*tree = copy_tree(x, formula)))
        return -1;
    struct node *number = take_strength(x, tree);
    *strength = (struct arg){.type = ARG_NUMBER, .where = formula->where, .as.number = 1};
    if (number && bind_value(&b, spec, number, strength, e))
        return -1;
    strength->given = true;
    return joint_check(*tree, &names, x->output && x->mask != NOTHING ? 2 : 0, e);
}

static int fill_args(const struct making *x, const char *name, const struct node *tree,
                     struct arg *arg, struct err *e)
{
    struct str text = {0};
    const char **names = arena_new(x->arena, x->tensors, sizeof *names);
    struct span *where = arena_new(x->arena, x->tensors, sizeof *where);
    node_print(&text, tree);
    const char *formula = text.failed ? NULL : arena_text(x->arena, text.text, text.size);
    str_finish(&text);
    if (!names || !where || !formula)
        return err_memory(e);
    for (size_t i = 0; i < x->tensors; i++) {
        names[i] = x->tensor[i];
        where[i] = (struct span){0};
    }
    arg[JOINT_NAME] = (struct arg){.type = ARG_NAME, .as.text = name};
    arg[JOINT_FORMULA] = (struct arg){.type = ARG_PATH, .as.text = formula};
    arg[JOINT_TENSORS] = (struct arg){
        .type = ARG_NAMES, .as.names = {.item = names, .where = where, .count = x->tensors}};
    return 0;
}

static int add_term(struct session *s, const struct args *a, struct err *e)
{
    struct model *m = current_model(s);
    struct graph_edit was;
    char setting[120], number[NUMBER_ROOM];
    snprintf(setting, sizeof setting, "%.80s.strength", a->arg[JOINT_NAME].as.text);
    if (model_edit(m, &was, e))
        return -1;
    const int failed = graph_add_term(m->graph, a, e) ||
                       setting_event(m, setting, number_exact(penalty_strength(a), number), e);
    graph_changed(s, &was, failed != 0);
    return failed ? -1 : 0;
}

static int make_term(struct session *s, const struct pair *pair, struct err *e)
{
    struct arena arena = {0};
    struct arg arg[JOINT_ARGS] = {0};
    struct making x = {.s = s, .m = current_model(s), .arena = &arena, .e = e};
    const struct node *target = pair->target;
    const struct args args = {.entry = &joint_term.entry, .where = target->where, .arg = arg};
    struct node *tree;
    int failed = name_check_new(s, x.m, target->text, target->where, e) ||
                 read_formula(&x, pair->value[0], &arg[JOINT_STRENGTH], &tree, e) ||
                 fill_args(&x, target->text, tree, arg, e) || add_term(s, &args, e);
    arena_finish(&arena);
    return failed ? -1 : 0;
}

static int list_terms(struct session *s, struct err *e)
{
    const struct model *m = current_model(s);
    struct report r = {0};
    report_open(&r, "term", '{');
    for (id t = 0; t < m->graph->terms; t++) {
        if (!term_is_joint(&m->graph->term[t]))
            continue;
        const struct args *a = model_term(m, t);
        report_open(&r, a->arg[JOINT_NAME].as.text, '{');
        report_number(&r, "strength", penalty_strength(a));
        report_text(&r, "formula", a->arg[JOINT_FORMULA].as.text);
        report_close(&r);
        joint_print(report_note(&r), a);
        report_say(&r, "\n");
    }
    report_close(&r);
    return report_show(s, &r, e);
}

static int run_term(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *given = args_get(args, "term");
    const struct pair *pair = given->as.pair;
    if (!given->given)
        return list_terms(s, e);
    if (pair->target->kind != NODE_PATH || strchr(pair->target->text, '.')) {
        err_at(e, pair->target->where, "a term has a plain name");
        return err_hint(e, "%s", usage);
    }
    if (pair->values > 1) {
        err_at(e, pair->value[1]->where, "a term is one formula");
        return err_hint(e, "parts are joined by +");
    }
    return make_term(s, pair, e);
}

static const struct arg_spec term_args[] = {
    ARG("term", PAIR, ARG_PAIR,
        .line = "NAME = [STRENGTH *] FORMULA over weights and outputs; alone, term lists them",
        .naming = NAMING_JOINT),
};

const struct command command_term = {
    COMMAND(
        "term", term_args, "adds a row to the loss: a formula over several weights and outputs",
        "The row belongs to no layer. A number in front of the formula is its strength: a factor "
        "that set tie.strength = 2 changes, also by a rule and in a sweep; without one it is 1. "
        "The formula names weights (h.kernel), what calls put out (h.output) or take (h.input), "
        "batch, which is the number of samples of the batch at hand, and variables that are "
        "numbers, whose values are taken now. It comes to a single number, and nothing is divided "
        "by the batch unless the formula says so: / batch. The gradient goes into every tensor "
        "that it names, and from an output on down; frozen weights count and are not moved. A "
        "layer that is called more than once has an output for each call, named by the call."
        "\n\nAxis 0 of an output is the batch, and a formula must fit batches of any size. Of an "
        "output with "
        "masked steps it has those that are there, of all samples one behind the other: nothing "
        "then "
        "goes along axis 0 or 1. What is "
        "made of weights alone has no samples, so it never lies along them: one figure for each "
        "unit, as norm(h.kernel, axis=1) of h.kernel 100x64 leaves in a column of 100x1, is laid "
        "along the units of an output with 100 of them. Slopes at kinks are as in define."
        "\n\ntie.strength and tie.penalty may be asked for in expressions. set tie = none takes "
        "the "
        "term away. Other systems have no such terms: emulate drops the row.",
        "data moons 100\ninput 2\ndense 8 tanh as up\ndense 2 as down\ndense 1 sigmoid\n"
        "term tie = 1e-3 * sum((up.kernel - transpose(down.kernel))^2)\n"
        "term decoder = 1e-3 * sum(abs(up.output) * norm(down.kernel, axis=1)) / batch\n"
        "train 2\npenalties\nset tie.strength = 2\nset decoder = none\nterm\n"),
    .run = run_term,
    .changes = CHANGES_MODEL,
    .small = any_statement,
    .alone_shows = true,
};
