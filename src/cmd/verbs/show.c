/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/report/ledger_text.h"
#include "cmd/report/losses_text.h"
#include "cmd/report/text_table.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"
#include "cmd/verbs/show_data.h"
#include "cmd/work/binder.h"
#include "cmd/work/resolve.h"

#include "expr/formula.h"
#include "nn/layer.h"

#include <math.h>
#include <string.h>

static size_t layer_numbers(const struct graph *g, const struct layer *l)
{
    size_t total = 0;
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
        total += g->weight[w].count;
    return total;
}

/* name, layer, output, numbers, on, notes */
static const bool flush_right[] = {false, false, false, true, false, false};
enum { COLUMNS = sizeof flush_right / sizeof *flush_right };

/* Calls of the same layer are shown with its weights at the first one only. */
static bool is_first_call(const struct graph *g, id call)
{
    for (id c = 0; c < call; c++)
        if (g->call[c].layer == g->call[call].layer)
            return false;
    return true;
}

static void summary_call(struct grid *to, const struct model *m, const bool *reached, id call)
{
    const struct graph *g = m->graph;
    const struct call *c = &g->call[call];
    const struct layer *l = &g->layer[c->layer];
    char shape[80];
    const bool first = is_first_call(g, call);
    grid_add(to, "%s", c->name);
    grid_add(to, "%s", l->kind->entry.name);
    grid_add(to, "%s", shape_text(&g->value[c->output].shape, shape, sizeof shape));
    grid_add(to, "%zu", first ? layer_numbers(g, l) : (size_t)0);
    struct str notes = {0}, on = {0};
    if (c->inputs)
        add_called_on(&on, g, call);
    grid_add(to, "%s", on.text ? on.text : "");
    if (l->body)
        str_addf(&notes, "a call of %s", l->name);
    else if (!first)
        str_addf(&notes, "the weights of %s", l->name);
    if (!l->trainable)
        str_addf(&notes, "%sfrozen", notes.size ? ", " : "");
    if (graph_is_output(g, c->output) && g->outputs)
        str_addf(&notes, "%soutput", notes.size ? ", " : "");
    if (!reached[c->output])
        str_addf(&notes, "%sreaches no output", notes.size ? ", " : "");
    to->failed = to->failed || notes.failed || on.failed;
    grid_add(to, "%s", notes.text ? notes.text : "");
    str_finish(&notes);
    str_finish(&on);
}

static void summary_calls(struct str *to, const struct model *m, const bool *reached)
{
    static const char *const heads[COLUMNS] = {"name", "layer", "output", "numbers", "on", ""};
    struct grid g = {.columns = COLUMNS, .right = flush_right};
    for (size_t i = 0; i < COLUMNS; i++)
        grid_add(&g, "%s", heads[i]);
    for (id c = 0; c < m->graph->calls; c++)
        summary_call(&g, m, reached, c);
    grid_print(&g, to);
}

static void summary_terms(struct str *to, const struct graph *g)
{
    for (size_t i = 0; i < g->terms; i++) {
        const struct term *t = &g->term[i];
        str_addf(to, "penalty %s.%s: ", g->layer[t->layer].name, t->slot);
        args_print(to, t->args);
        str_add(to, "\n");
    }
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

static void summary_text(struct str *to, const struct session *s, const bool *reached)
{
    const struct model *m = current_model(s);
    const struct graph *g = m->graph;
    str_addf(to, "model %s\n", m->name);
    if (!g->calls) {
        str_add(to, "empty; begin with an input, for example input 64\n");
        return;
    }
    summary_calls(to, m, reached);
    str_addf(to, "%zu numbers, %zu of them frozen", g->weight_reals, still_numbers(g, false));
    if (still_numbers(g, true))
        str_addf(to, ", %zu moving statistics", still_numbers(g, true));
    str_add(to, "\n");
    summary_terms(to, g);
    losses_print(to, m, "loss ");
    str_add(to, "optimizer ");
    if (m->optimizer.args)
        args_print(to, m->optimizer.args);
    str_addf(to, "%s\n%llu step%s, %llu epoch%s\n",
             m->optimizer.args ? ""
                               : "chosen when it is first "
                                 "used",
             (unsigned long long)m->step, m->step == 1 ? "" : "s", (unsigned long long)m->epoch,
             m->epoch == 1 ? "" : "s");
}

static void summary_json(struct str *to, const struct session *s, const bool *reached)
{
    const struct model *m = current_model(s);
    const struct graph *g = m->graph;
    struct json json = {.to = to};
    char shape[80];
    json_open(&json, NULL, '{');
    json_text(&json, "model", m->name);
    json_open(&json, "calls", '[');
    for (id i = 0; i < g->calls; i++) {
        const struct call *c = &g->call[i];
        json_open(&json, NULL, '{');
        json_text(&json, "name", c->name);
        json_text(&json, "layer", g->layer[c->layer].name);
        json_text(&json, "kind", g->layer[c->layer].kind->entry.name);
        json_text(&json, "output", shape_text(&g->value[c->output].shape, shape, sizeof shape));
        json_bool(&json, "reaches_output", reached[c->output]);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_number(&json, "numbers", (double)g->weight_reals);
    json_number(&json, "frozen", (double)still_numbers(g, false));
    json_number(&json, "moving", (double)still_numbers(g, true));
    json_number(&json, "steps", (double)m->step);
    json_close(&json, '}');
    str_add(to, "\n");
}

static int run_summary(struct session *s, const struct args *args, struct err *e)
{
    (void)args;
    struct str text = {0};
    if (checking(s))
        return 0;
    const struct graph *g = current_model(s)->graph;
    bool *reached = mem_new(g->values, sizeof *reached);
    if (!reached)
        return err_memory(e);
    graph_mark_reached(g, reached);
    if (s->host->json)
        summary_json(&text, s, reached);
    else
        summary_text(&text, s, reached);
    mem_free(reached);
    return session_report(s, &text, e);
}

static void show_weight_line(struct str *to, const struct weight *w)
{
    char shape[80];
    str_addf(to, "  %s %s: starts as ", w->name, shape_text(&w->shape, shape, sizeof shape));
    args_print(to, w->init);
    str_add(to, w->moving ? ", follows the batches\n" : "\n");
}

static void show_layer(struct str *to, const struct graph *g, id layer)
{
    const struct layer *l = &g->layer[layer];
    char shape[80];
    str_addf(to, "%s: ", l->name);
    args_print(to, l->args);
    str_add(to, l->trainable ? "\n" : "  (frozen)\n");
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
        show_weight_line(to, &g->weight[w]);
    for (size_t i = 0; i < g->terms; i++)
        if (g->term[i].layer == layer) {
            str_addf(to, "  penalty %s: ", g->term[i].slot);
            args_print(to, g->term[i].args);
            str_addf(to, " = %s\n", penalty_kind_of(g->term[i].args)->formula);
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
    const size_t n = extents_count(&t->extents);
    const size_t cols = t->extents.axes ? t->extents.size[t->extents.axes - 1] : 1;
    const size_t rows = cols ? n / cols : 0;
    for (size_t i = 0; i < rows && i < CORNER_ROWS; i++) {
        str_add(to, " ");
        for (size_t j = 0; j < cols && j < CORNER_COLS; j++)
            str_addf(to, " %11s", number_text(t->item[i * cols + j], text));
        str_add(to, cols > CORNER_COLS ? " ...\n" : "\n");
    }
    str_add(to, rows > CORNER_ROWS ? "  ...\n" : "");
}

static int show_tensor(struct session *s, const struct node *n, struct str *to, struct err *e)
{
    struct lookup l = {.session = s};
    struct names names = lookup_names(&l);
    struct tensor t = {0};
    struct extents x;
    char shape[120], text[NUMBER_ROOM];
    int failed = checking(s) ? expr_check(n, &names, &x, e) : expr_eval(n, &names, &t, e);
    if (!failed && !checking(s)) {
        double sum = 0, squares = 0;
        const size_t count = extents_count(&t.extents);
        for (size_t i = 0; i < count; i++) {
            sum += t.item[i];
            squares += t.item[i] * t.item[i];
        }
        const double mean = sum / (double)count;
        str_addf(to, "%s: %s", n->text, extents_text(&t.extents, shape, sizeof shape));
        str_addf(to, ", mean %s", number_text(mean, text));
        str_addf(to, ", deviation %s\n",
                 number_text(sqrt(fmax(0, squares / (double)count - mean * mean)), text));
        show_numbers(to, &t);
    }
    tensor_finish(&t);
    lookup_finish(&l);
    return failed;
}

static int show_one(struct session *s, const struct node *n, struct str *to, struct err *e)
{
    id layer;
    if (n->kind != NODE_PATH) {
        err_at(e, n->where, "show takes the name of a layer or of a tensor");
        return err_hint(e, "write show hidden, or show hidden.kernel; for a value, print");
    }
    if (strchr(n->text, '.') && graph_find_layer(current_model(s)->graph, n->text) == NOTHING)
        return show_tensor(s, n, to, e);
    if ((layer = name_layer(s, n->text, n->where, e)) == NOTHING)
        return -1;
    show_layer(to, current_model(s)->graph, layer);
    return 0;
}

/* A verb that prints what is set when it stands alone; NULL: the word is none. */
static const struct command *shown_verb(const struct node *n)
{
    const struct entry *row = n->kind == NODE_PATH ? table_find(&command_table, n->text) : NULL;
    const struct command *c = (const struct command *)row;
    return c && c->alone_shows ? c : NULL;
}

/* What was gathered comes first, as the verb reports by itself. */
static int show_verb(struct session *s, const struct command *c, struct str *text, struct err *e)
{
    struct arena arena = {0};
    int failed = text->size ? session_report_words(s, "show", text, e) : 0;
    const struct args *args = failed ? NULL : session_default(s, &arena, &c->entry, e);
    failed = args && !checking(s) ? c->run(s, args, e) : failed;
    arena_finish(&arena);
    return args ? failed : -1;
}

static int run_show(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *what = args_get(args, "what");
    struct str text = {0};
    int failed = 0;
    if (!what->given)
        return run_summary(s, args, e);
    for (size_t i = 0; i < what->as.exprs.count && !failed; i++) {
        const struct node *n = what->as.exprs.item[i];
        const struct command *verb = shown_verb(n);
        if (verb == &command_data)
            failed = data_show(s, &text, e) ? err_place(e, n->where) : 0;
        else
            failed = verb ? show_verb(s, verb, &text, e) : show_one(s, n, &text, e);
    }
    if (!failed && (text.size || text.failed))
        return session_report_words(s, "show", &text, e);
    str_finish(&text);
    return failed ? -1 : 0;
}

static const struct arg_spec show_args[] = {
    {.name = "what",
     .form = REST,
     .type = ARG_EXPRS,
     .line = "layers (hidden), tensors (hidden.kernel), data, or another verb that prints what is "
             "set; alone, the model",
     .naming = NAMING_PARTS},
};

const struct command command_summary = {
    COMMAND_ALONE(
        "summary", "the model as a table",
        "Every call with its layer, output shape and number of weights, the penalties, loss "
        "and optimizer. A call that leads to no output is marked.",
        "input 4\ndense 3 relu kernel=l2(1e-3)\ndense 1\nsummary\n"),
    .run = run_summary,
    .looks = true,
};
const struct command command_show = {
    COMMAND("show", show_args, "a layer with its settings, or a tensor with its numbers",
            "Of a big tensor the first rows and columns are shown; of data the shape, the split, "
            "and each column with its range.",
            "data moons 40 split=0.2\nshow data\ninput 4\ndense 3 relu kernel=l2(1e-3) as h\nshow "
            "h\nshow h.kernel\n"),
    .run = run_show,
    .looks = true,
};
