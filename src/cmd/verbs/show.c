/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/binder.h"
#include "cmd/common/resolve.h"
#include "cmd/report/acts.h"
#include "cmd/report/ledger_report.h"
#include "cmd/report/losses_text.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"
#include "cmd/verbs/plot.h"
#include "cmd/verbs/show_data.h"
#include "cmd/verbs/show_plan.h"

#include "expr/formula.h"
#include "nn/joint_term.h"
#include "nn/layer.h"
#include "plot/view.h"
#include "train/prune.h"

#include <math.h>
#include <string.h>

static size_t layer_numbers(const struct graph *g, const struct layer *l)
{
    size_t total = 0;
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
        total += g->weight[w].count;
    return total;
}

/* Calls of the same layer are shown with its weights at the first one only. */
static bool is_first_call(const struct graph *g, id call)
{
    for (id c = 0; c < call; c++)
        if (g->call[c].layer == g->call[call].layer)
            return false;
    return true;
}

/* What there is to say of a call to people. */
static void add_notes(struct str *to, const struct graph *g, const bool *reached, id call)
{
    const struct call *c = &g->call[call];
    const struct layer *l = &g->layer[c->layer];
    const char *comma = "";
    if (l->body || !is_first_call(g, call)) {
        str_addf(to, l->body ? "a call of %s" : "the weights of %s", l->name);
        comma = ", ";
    }
    if (!l->trainable) {
        str_addf(to, "%sfrozen", comma);
        comma = ", ";
    }
    if (graph_is_output(g, c->output) && g->outputs) {
        str_addf(to, "%soutput", comma);
        comma = ", ";
    }
    if (!reached[c->output])
        str_addf(to, "%sreaches no output", comma);
}

static void add_calls(struct report *r, const struct graph *g, const bool *reached)
{
    static const struct report_column columns[] = {
        {"name", "name", REPORT_WORDS},
        {NULL, "layer", REPORT_WORDS},
        {"layer", "kind", REPORT_WORDS},
        {"output", "output", REPORT_WORDS},
        {NULL, "reaches_output", REPORT_WORDS},
        {"numbers", "numbers", REPORT_NUMBER},
        {"on", "on", REPORT_WORDS},
        {"", NULL, REPORT_WORDS},
    };
    static const struct report_table table = {
        .key = "calls", .column = columns, .columns = sizeof columns / sizeof *columns};
    char shape[80];
    report_table(r, &table);
    for (id i = 0; i < g->calls; i++) {
        const struct call *c = &g->call[i];
        const struct layer *l = &g->layer[c->layer];
        report_row(r, REPORT_FOR_ALL);
        report_text(r, NULL, c->name);
        report_text(r, NULL, l->name);
        report_text(r, NULL, l->kind->entry.name);
        report_text(r, NULL, shape_text(&g->value[c->output].shape, shape, sizeof shape));
        report_bool(r, NULL, reached[c->output]);
        report_number(r, NULL, is_first_call(g, i) ? (double)layer_numbers(g, l) : 0);
        struct str *on = report_words(r, NULL);
        if (c->inputs)
            add_called_on(on, g, i);
        add_notes(report_words(r, NULL), g, reached, i);
    }
    report_close(r);
}

static void summary_terms(struct str *to, const struct model *m)
{
    const struct graph *g = m->graph;
    for (id i = 0; i < g->terms; i++) {
        const struct term *t = &g->term[i];
        if (term_is_joint(t)) {
            joint_print(to, model_term(m, i));
            str_add(to, "\n");
            continue;
        }
        str_addf(to, "penalty %s.%s: ", g->layer[t->layer].name, t->slot);
        args_print(to, model_term(m, i));
        str_add(to, "\n");
    }
}

static void summary_rules(struct report *r, const struct model *m)
{
    if (!m->rules.count)
        return;
    report_open(r, "rules", '[');
    for (size_t i = 0; i < m->rules.count; i++) {
        const struct rule *rule = m->rules.item[i].rule;
        report_open(r, NULL, '{');
        report_text(r, "setting", rule->setting);
        report_text(r, "value", rule->value);
        report_number(r, "every", (double)rule->every);
        report_close(r);
        str_addf(report_note(r), "rule %s = %s every %llu\n", rule->setting, rule->value,
                 (unsigned long long)rule->every);
    }
    report_close(r);
}

/* Of those that do not train: the moving statistics, or what is frozen. */
static size_t still_numbers(const struct graph *g, bool moving)
{
    size_t total = 0;
    for (id w = 0; w < g->weights; w++)
        if (!graph_trains(g, w) && g->weight[w].moving == moving)
            total += g->weight[w].count;
    return total;
}

/* What people read below the calls. */
static void say_rest(struct report *r, const struct model *m)
{
    const struct graph *g = m->graph;
    report_say(r, "{numbers} numbers, {frozen} of them frozen");
    report_say(r, still_numbers(g, true) ? ", {moving} moving statistics\n" : "\n");
    summary_terms(report_note(r), m);
    losses_print(report_note(r), m, "loss ");
    struct str *optimizer = report_note(r);
    str_add(optimizer, "optimizer ");
    if (m->recipe.optimizer.args)
        args_print(optimizer, m->recipe.optimizer.args);
    else
        str_add(optimizer, "chosen when it is first used");
    report_say(r, "\n{steps step}");
    str_addf(report_note(r), ", %llu epoch%s\n", (unsigned long long)m->state.epoch,
             m->state.epoch == 1 ? "" : "s");
}

static void summary_report(struct report *r, const struct session *s, const struct model *m,
                           const bool *reached)
{
    const struct graph *g = m->graph;
    report_text(r, "model", m->name);
    report_say(r, "model {model}\n");
    if (!g->calls)
        report_say(r, "empty; begin with an input, for example input 64\n");
    add_calls(r, g, reached);
    report_number(r, "numbers", (double)g->weight_reals);
    report_number(r, "frozen", (double)still_numbers(g, false));
    report_number(r, "moving", (double)still_numbers(g, true));
    report_number(r, "steps", (double)m->state.step);
    if (g->calls)
        say_rest(r, m);
    acts_report(r, m, s->has_data ? &s->data : NULL);
    summary_rules(r, m);
}

static int summary_of(struct session *s, const struct model *m, const struct args *args,
                      struct err *e)
{
    struct report r = {.as = report_renderer_of(args)};
    if (checking(s))
        return 0;
    const struct graph *g = m->graph;
    bool *reached = mem_new(g->values, sizeof *reached);
    if (!reached)
        return err_memory(e);
    graph_mark_reached(g, reached);
    summary_report(&r, s, m, reached);
    mem_free(reached);
    return report_show(s, &r, e);
}

static int run_summary(struct session *s, const struct args *args, struct err *e)
{
    return summary_of(s, current_model(s), args, e);
}

/* How many groups of a weight are 0, where a penalty has groups. */
static void show_zero_groups(struct str *to, const struct model *m, id weight)
{
    const struct graph *g = m->graph;
    const struct weight *w = &g->weight[weight];
    for (id t = 0; t < g->terms; t++) {
        const struct penalty_kind *kind = penalty_kind_of(g->term[t].args);
        if (g->term[t].weight != weight || !kind->groups)
            continue;
        size_t zero;
        const size_t groups =
            kind->groups(g->term[t].args, &w->shape, model_weights(m) + w->at, &zero);
        str_addf(to, ", %zu of %zu groups of ", zero, groups);
        args_print_brief(to, model_term(m, t));
    }
}

/* How many of a weight's numbers are exactly 0: of one with a proximal penalty always, of others if
 * a step has moved them and some are. */
static void show_zeros(struct str *to, const struct model *m, id weight)
{
    const struct graph *g = m->graph;
    const struct weight *w = &g->weight[weight];
    size_t zeros = 0;
    bool proximal = false;
    if (weight >= m->state.drawn)
        return;
    for (size_t i = w->at; i < w->at + w->count; i++)
        zeros += model_weights(m)[i] == 0;
    for (id t = 0; t < g->terms; t++)
        proximal =
            proximal || (g->term[t].weight == weight && penalty_is_proximal(g->term[t].args));
    if (!proximal && (!zeros || weight >= m->state.trained))
        return;
    str_addf(to, ", %zu of %zu exactly 0", zeros, w->count);
    show_zero_groups(to, m, weight);
}

static void show_weight_line(struct str *to, const struct model *m, id weight)
{
    const struct weight *w = &m->graph->weight[weight];
    char shape[80];
    str_addf(to, "  %s %s: starts as ", w->name, shape_text(&w->shape, shape, sizeof shape));
    args_print(to, w->init);
    if (w->ones)
        str_addf(to, ", %u of them as 1", w->ones);
    str_add(to, w->moving ? ", follows the batches" : "");
    if (model_pruned(m, weight))
        str_addf(to, ", %zu of %zu stay 0", model_pruned(m, weight), w->count);
    show_zeros(to, m, weight);
    str_add(to, "\n");
}

/* What one would write now for a layer. */
static void print_layer(struct str *to, const struct model *m, id layer)
{
    const struct graph *g = m->graph;
    struct arena arena = {0};
    struct args *now = args_copy(&arena, g->layer[layer].args);
    struct args **term = arena_new(&arena, g->terms, sizeof *term);
    to->failed = to->failed || !now || !term;
    for (size_t i = 0; !to->failed && i < now->entry->arg_count; i++) {
        struct arg *slot = &now->arg[i];
        if (slot->type == ARG_SUM)
            slot->as.calls.item = term;
        for (id t = 0; slot->type == ARG_SUM && t < g->terms; t++)
            if (g->term[t].layer == layer && strcmp(g->term[t].slot, now->entry->args[i].name) == 0)
                slot->as.calls.item[slot->as.calls.count++] = (struct args *)model_term(m, t);
        term += slot->type == ARG_SUM ? slot->as.calls.count : 0;
    }
    if (!to->failed)
        args_print(to, now);
    arena_finish(&arena);
}

static void show_layer(struct str *to, const struct model *m, id layer)
{
    const struct graph *g = m->graph;
    const struct layer *l = &g->layer[layer];
    char shape[80];
    str_addf(to, "%s: ", l->name);
    print_layer(to, m, layer);
    str_add(to, l->trainable ? "\n" : "  (frozen)\n");
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
        show_weight_line(to, m, w);
    for (id i = 0; i < g->terms; i++)
        if (g->term[i].layer == layer) {
            str_addf(to, "  penalty %s: ", g->term[i].slot);
            args_print(to, model_term(m, i));
            str_addf(to, " = %s\n", penalty_formula(g->term[i].args));
        }
    for (id c = 0; c < g->calls; c++)
        if (g->call[c].layer == layer) {
            str_addf(to, "  call %s on ", g->call[c].name);
            if (g->call[c].inputs)
                add_called_on(to, g, c);
            str_addf(to, "%s: %s\n", g->call[c].inputs ? "" : "the data",
                     shape_text(&g->value[g->call[c].output].shape, shape, sizeof shape));
        }
}

/* The corner of a tensor that is shown, as rows of its last axis. */
enum { CORNER_ROWS = 8, CORNER_COLS = 8 };

static void show_numbers(struct str *to, const struct tensor *t)
{
    char text[NUMBER_ROOM];
    const size_t n = dims_count(&t->dims);
    const size_t cols = t->dims.axes ? t->dims.size[t->dims.axes - 1] : 1;
    const size_t rows = cols ? n / cols : 0;
    for (size_t i = 0; i < rows && i < CORNER_ROWS; i++) {
        str_add(to, " ");
        for (size_t j = 0; j < cols && j < CORNER_COLS; j++)
            str_addf(to, " %11s", number_text(t->item[i * cols + j], text));
        str_add(to, cols > CORNER_COLS ? " ...\n" : "\n");
    }
    str_add(to, rows > CORNER_ROWS ? "  ...\n" : "");
}

static int show_tensor(struct session *s, struct model *m, const struct node *n, struct str *to,
                       struct err *e)
{
    struct lookup l = {.session = s, .model = m};
    struct names names = lookup_names(&l);
    struct tensor t = {0};
    struct dims x;
    char shape[120], text[NUMBER_ROOM];
    int failed = checking(s) ? expr_check(n, &names, &x, e) : expr_eval(n, &names, &t, e);
    if (!failed && !checking(s)) {
        double sum = 0, squares = 0;
        const size_t count = dims_count(&t.dims);
        for (size_t i = 0; i < count; i++) {
            sum += t.item[i];
            squares += t.item[i] * t.item[i];
        }
        const double mean = sum / (double)count;
        str_addf(to, "%s: %s", n->text, dims_text(&t.dims, shape, sizeof shape));
        str_addf(to, ", mean %s", number_text(mean, text));
        str_addf(to, ", deviation %s\n",
                 number_text(sqrt(fmax(0, squares / (double)count - mean * mean)), text));
        show_numbers(to, &t);
    }
    tensor_finish(&t);
    lookup_finish(&l);
    return failed;
}

static int show_one(struct session *s, struct model *m, const struct node *n, struct str *to,
                    struct err *e)
{
    id layer;
    if (n->kind != NODE_PATH) {
        err_at(e, n->where, "show takes the name of a layer or of a tensor");
        return err_hint(e, "write show hidden, or show hidden.kernel; for a value, print");
    }
    const id term = graph_find_term(m->graph, n->text);
    if (term != NOTHING) {
        joint_print(to, model_term(m, term));
        str_add(to, "\n");
        return 0;
    }
    if (strchr(n->text, '.') && graph_find_layer(m->graph, n->text) == NOTHING)
        return show_tensor(s, m, n, to, e);
    if ((layer = name_layer(m->graph, n->text, n->where, e)) == NOTHING)
        return -1;
    show_layer(to, m, layer);
    return 0;
}

/* A verb that prints what is set when it stands alone; NULL: the word is none. */
static const struct command *shown_verb(const struct node *n)
{
    const struct entry *row = n->kind == NODE_PATH ? table_find(&command_table, n->text) : NULL;
    const struct command *c = (const struct command *)row;
    return c && c->alone_shows ? c : NULL;
}

/* The word plan, unless a layer has that name. */
static bool is_plan(const struct session *s, const struct node *n)
{
    return n->kind == NODE_PATH && strcmp(n->text, "plan") == 0 &&
           graph_find_layer(current_model(s)->graph, n->text) == NOTHING;
}

/* What was gathered comes first, as the verb reports by itself. */
static int show_verb(struct session *s, const struct command *c, const struct arg *format,
                     struct str *text, struct err *e)
{
    struct arena arena = {0};
    int failed = text->size ? session_report_words(s, "show", text, e) : 0;
    struct args *args = failed ? NULL : session_default(s, &arena, &c->entry, e);
    const size_t at = command_format(c);
    if (args && at < c->entry.arg_count)
        args->arg[at] = *format;
    failed = args && !checking(s) ? c->run(s, args, e) : failed;
    arena_finish(&arena);
    return args ? failed : -1;
}

/* Adds a table as people read it; in a format that was asked for it is printed by itself. */
static int show_table(struct session *s, const struct args *args,
                      int (*fill)(struct session *s, struct report *r, struct err *e),
                      struct str *text, struct err *e)
{
    struct report r = {.as = report_renderer_of(args)};
    const int failed = fill(s, &r, e);
    if (!failed && args_get(args, "format")->given && !s->host->json)
        return report_show(s, &r, e);
    if (!failed)
        report_render_text(&r, text);
    report_finish(&r);
    return failed;
}

static bool is_data(const struct node *n)
{
    const struct command *verb = shown_verb(n);
    return verb && verb->brings_data;
}

static bool prints_table(const struct session *s, const struct node *n)
{
    const struct command *verb = shown_verb(n);
    return is_data(n) || is_plan(s, n) || (verb && command_format(verb) < verb->entry.arg_count);
}

/* What belongs to the session, or is a report by itself, has no `of`. */
static int check_of(const struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what");
    for (size_t i = 0; i < what->as.exprs.count; i++) {
        const struct node *n = what->as.exprs.item[i];
        if (!shown_verb(n) && !is_plan(s, n))
            continue;
        err_at(e, n->where, "of goes with layers, tensors and views");
        return err_hint(e, "switch to the model first: model %s",
                        args_get(args, "of")->as.names.item[0]);
    }
    return what->given ? report_no_format(args, e) : 0;
}

/* Layers and tensors of models that are named; without any, the models. */
static int show_of(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what");
    size_t count;
    struct str text = {0};
    struct model **list =
        check_of(s, args, e) ? NULL : name_models(s, args_get(args, "of"), &count, e);
    int failed = list ? 0 : -1;
    for (size_t i = 0; !failed && i < count; i++) {
        if (!what->given)
            failed = summary_of(s, list[i], args, e);
        else if (count > 1)
            str_addf(&text, "model %s\n", list[i]->name);
        for (size_t k = 0; k < what->as.exprs.count && !failed; k++)
            failed = show_one(s, list[i], what->as.exprs.item[k], &text, e);
    }
    mem_free(list);
    if (!failed && (text.size || text.failed))
        return session_report_words(s, "show", &text, e);
    str_finish(&text);
    return failed ? -1 : 0;
}

static int run_show(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what"), *format = args_get(args, "format");
    const struct arg *of = args_get(args, "of");
    struct str text = {0};
    int failed = 0;
    if (what->given && is_view(s, what->as.exprs.item[0]))
        return view_show(s, args, e);
    if (of->given)
        return show_of(s, args, e);
    if (!what->given)
        return run_summary(s, args, e);
    if ((what->as.exprs.count > 1 || !prints_table(s, what->as.exprs.item[0])) &&
        report_no_format(args, e))
        return -1;
    for (size_t i = 0; i < what->as.exprs.count && !failed; i++) {
        const struct node *n = what->as.exprs.item[i];
        const struct command *verb = shown_verb(n);
        if (is_data(n) || is_plan(s, n))
            failed = show_table(s, args, is_data(n) ? data_show : plan_show, &text, e)
                         ? err_place(e, n->where)
                         : 0;
        else
            failed = verb ? show_verb(s, verb, format, &text, e)
                          : show_one(s, current_model(s), n, &text, e);
    }
    if (!failed && (text.size || text.failed))
        return session_report_words(s, "show", &text, e);
    str_finish(&text);
    return failed ? -1 : 0;
}

static const struct arg_spec show_args[] = {
    ARG("what", REST, ARG_EXPRS,
        .line = "layers (hidden), tensors (hidden.kernel), data, plan, a view and layers, or "
                "another verb that prints what is set; alone, the model",
        .keyed = &view_kinds, .naming = NAMING_PARTS),
    ARG("of", CLAUSE, ARG_NAMES,
        .line = "models, of layers, tensors and views; without it, the current one",
        .naming = NAMING_MODELS),
    REPORT_FORMAT,
};
static const struct arg_spec summary_args[] = {REPORT_FORMAT};

const struct command command_summary = {
    COMMAND("summary", summary_args, "the model as a table",
            "Every call with its layer, output shape and number of weights, the penalties, loss "
            "and optimizer, and the rules that settings follow. What acts in training and has no "
            "value in the ledger has a row that says where: noise (dropout and its like), "
            "constraint, step. A call that leads to no output is marked.",
            "input 4\ndense 3 relu kernel=l2(1e-3)\ndense 1\nsummary\n"),
    .run = run_summary,
    .looks = true,
};
const struct command command_show = {
    COMMAND(
        "show", show_args, "a layer with its settings, a tensor or a picture as numbers",
        "Of a big tensor the first rows and columns are shown; of data the shape, the split, and "
        "each column with its range. The plan is what training of the model is compiled into, step "
        "by step: the operation, what it writes (= stores, += adds to what an earlier step stored) "
        "and reads, each with the shape of one sample, its floating-point operations for a sample "
        "where they are many, and the penalties it works for. Of a view (show loss, show activity "
        "hidden of main, sparse) the numbers that its picture is drawn from; --json has all of "
        "them. One table by itself takes format=: the model, the data, the plan, a view, or what "
        "a verb prints that takes it.",
        "data moons 40 split=0.2\nshow data\ninput 2\ndense 3 relu kernel=l2(1e-3) as h\n"
        "dense 1 sigmoid\nshow h\nshow h.kernel\nshow plan\ntrain 3\nshow loss\n"),
    .run = run_show,
    .looks = true,
};
