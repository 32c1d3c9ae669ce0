/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/ledger_run.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/delta.h"
#include "cmd/session/emulation.h"
#include "cmd/session/journal.h"
#include "cmd/session/names.h"
#include "cmd/session/snapshot.h"
#include "cmd/session/state.h"

#include "train/ledger.h"

#include <math.h>
#include <string.h>

static int list_models(struct session *s, const struct args *args, struct err *e)
{
    static const struct report_column columns[] = {
        {NULL, "name", REPORT_WORDS},    {NULL, "current", REPORT_WORDS},
        {NULL, "layers", REPORT_FIGURE}, {NULL, "numbers", REPORT_FIGURE},
        {NULL, "steps", REPORT_FIGURE},
    };
    static const struct report_table table = {
        .key = "models",
        .column = columns,
        .columns = sizeof columns / sizeof *columns,
        .line =
            "{current} {name}: {layers layer}, {numbers} numbers to train, {steps} steps done\n",
    };
    struct report r = {.as = report_renderer_of(args)};
    report_table(&r, &table);
    for (size_t i = 0; i < s->models; i++) {
        const struct model *m = s->model[i];
        report_row(&r, REPORT_FOR_ALL);
        report_text(&r, NULL, m->name);
        report_bool(&r, NULL, i == s->current);
        str_add(report_shown(&r), i == s->current ? "*" : " ");
        report_number(&r, NULL, (double)m->graph->layers);
        report_number(&r, NULL, (double)m->graph->weight_reals);
        report_number(&r, NULL, (double)m->state.step);
    }
    report_close(&r);
    return report_show(s, &r, e);
}

/* The first model goes when it is left while still empty. */
static void drop_empty_first(struct session *s, size_t *to)
{
    struct model *first = s->model[0];
    if (s->current != 0 || *to == 0 || strcmp(first->name, "main") != 0 || first->graph->layers)
        return;
    snapshot_touched(s, first);
    if (s->journal->delta)
        s->journal->delta->first = first;
    else
        model_destroy(first);
    index_cut(&s->names->models, 0);
    memmove(s->model, s->model + 1, (s->models - 1) * sizeof *s->model);
    s->models--;
    *to -= 1;
}

static int add_model(struct session *s, const char *name, struct err *e)
{
    /* More names would not fit into a line. */
    enum { NAMED = 8 };
    struct str others = {0};
    size_t named = 0;
    for (size_t i = 0; i < s->models && named < NAMED; i++)
        if (s->model[i]->graph->layers)
            str_addf(&others, "%s%s", named++ ? ", " : "", s->model[i]->name);
    if (named == NAMED && s->models > NAMED)
        str_addf(&others, " ... (model lists all %zu)", s->models);
    struct model *m = NULL;
    if (others.failed || mem_room(&s->model, &s->model_room, s->models + 1, sizeof *s->model) ||
        index_reserve(&s->names->models, s->models + 1) || !(m = model_create(name))) {
        str_finish(&others);
        return err_memory(e);
    }
    if (others.size)
        session_notice(s, "new empty model %s; there %s %s", name,
                       strchr(others.text, ',') ? "are" : "is", others.text);
    str_finish(&others);
    s->model[s->models++] = m;
    session_bend(s, m);
    return 0;
}

static int run_model(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *name = args_get(args, "name");
    if (!name->given)
        return list_models(s, args, e);
    if (report_no_format(args, e) || name_check_word(name->as.text, name->where, e))
        return -1;
    const uint32_t there = name_model_number(s, name->as.text);
    size_t to = there == INDEX_NONE ? s->models : there;
    if (to == s->models && add_model(s, name->as.text, e))
        return -1;
    drop_empty_first(s, &to);
    s->current = to;
    return 0;
}

static int check_free(const struct session *s, const struct arg *name, struct err *e)
{
    if (name_check_word(name->as.text, name->where, e))
        return -1;
    if (name_model_number(s, name->as.text) == INDEX_NONE)
        return 0;
    err_at(e, name->where, "there is a model %s already", name->as.text);
    return err_hint(e, "choose another name, or switch to it: model %s", name->as.text);
}

static int run_clone(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *name = args_get(args, "name");
    if (check_free(s, name, e))
        return -1;
    if (mem_room(&s->model, &s->model_room, s->models + 1, sizeof *s->model) ||
        index_reserve(&s->names->models, s->models + 1))
        return err_memory(e);
    struct model *copy = model_copy(current_model(s), name->as.text, e);
    if (!copy)
        return -1;
    s->model[s->models++] = copy;
    s->current = s->models - 1;
    session_notice(s, "now in %s", copy->name);
    return 0;
}

static int run_rename(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *name = args_get(args, "name");
    if (check_free(s, name, e))
        return -1;
    struct model *m = current_model(s);
    char *fresh = mem_text(name->as.text, strlen(name->as.text));
    if (!fresh)
        return err_memory(e);
    if (s->journal->delta) {
        s->journal->delta->name = m->name;
        m->name = NULL;
    }
    model_take_name(m, fresh);
    index_cut(&s->names->models, s->current);
    return 0;
}

/* The ledgers of several models on the same samples. */
struct comparison {
    struct ledger *ledger;
    size_t **label_of; /* for each row of each ledger, which label it has */
    size_t count;
    struct str *label; /* the union of their rows: "h.kernel l2(0.01)" */
    size_t labels, room;
    struct index by_label;
    double **value; /* for each ledger what it has under each label; NaN: nothing */
};

static void row_label(struct str *to, const struct ledger *l, size_t r)
{
    char slot[140];
    str_addf(to, "%s ", ledger_slot(l, r, slot, sizeof slot));
    args_print(to, model_term(l->model, l->row[r].term));
}

/* The number of a label, which is taken in if it is new; SIZE_MAX without memory. */
static size_t label_number(struct comparison *c, struct str *label)
{
    uint32_t i = label->failed ? INDEX_NONE : index_first(&c->by_label, label->text);
    while (i != INDEX_NONE && strcmp(c->label[i].text, label->text) != 0)
        i = index_next(&c->by_label, i);
    const bool known = i != INDEX_NONE;
    const bool failed =
        label->failed ||
        (!known && (mem_room(&c->label, &c->room, c->labels + 1, sizeof *c->label) ||
                    index_add(&c->by_label, label->text)));
    if (failed || known)
        str_finish(label);
    else
        c->label[c->labels++] = *label;
    return failed ? SIZE_MAX : known ? i : c->labels - 1;
}

static int add_labels(struct comparison *c, size_t at, struct err *e)
{
    const struct ledger *l = &c->ledger[at];
    if (!(c->label_of[at] = mem_new(l->rows, sizeof **c->label_of)))
        return err_memory(e);
    for (size_t r = 0; r < l->rows; r++) {
        struct str label = {0};
        row_label(&label, l, r);
        if ((c->label_of[at][r] = label_number(c, &label)) == SIZE_MAX)
            return err_memory(e);
    }
    return 0;
}

/* When all labels are known. */
static int add_values(struct comparison *c, size_t at, struct err *e)
{
    double *value = c->value[at] = mem_new(c->labels, sizeof *value);
    if (!value)
        return err_memory(e);
    for (size_t i = 0; i < c->labels; i++)
        value[i] = NAN;
    for (size_t r = 0; r < c->ledger[at].rows; r++) {
        double *sum = &value[c->label_of[at][r]];
        *sum = (isnan(*sum) ? 0 : *sum) + c->ledger[at].row[r].value;
    }
    return 0;
}

/* Model, labels, data loss, penalty, total, accuracy, steps, and the labels' values by name. */
static void comparison_row(struct report *r, const struct comparison *c, size_t at)
{
    const struct ledger *l = &c->ledger[at];
    report_row(r, REPORT_FOR_ALL);
    report_text(r, NULL, l->model->name);
    for (size_t i = 0; i < c->labels; i++)
        report_known(r, c->value[at][i]);
    report_number(r, NULL, l->data);
    report_number(r, NULL, l->penalty);
    report_number(r, NULL, l->total);
    if (c->ledger[0].judged)
        report_number(r, NULL, l->accuracy);
    report_number(r, NULL, (double)l->model->state.step);
    report_open(r, NULL, '{');
    for (size_t i = 0; i < c->labels; i++)
        if (!isnan(c->value[at][i]))
            report_number(r, c->label[i].text, c->value[at][i]);
    report_close(r);
}

static int compare_show(struct session *s, const struct comparison *c,
                        const struct report_renderer *as, struct err *e)
{
    static const struct report_column figures[] = {
        {"data loss", "data", REPORT_FIGURE}, {NULL, "penalty", REPORT_FIGURE},
        {"total", "total", REPORT_FIGURE},    {"accuracy", "accuracy", REPORT_FIGURE},
        {"steps", "steps", REPORT_FIGURE},    {NULL, "terms", REPORT_FIGURE},
    };
    enum { FIGURES = sizeof figures / sizeof *figures, ACCURACY = 3 };
    struct report r = {.as = as};
    struct report_column *column = arena_new(&r.arena, 1 + c->labels + FIGURES, sizeof *column);
    struct report_table table = {.key = "models", .column = column, .sideways = true};
    if (!column)
        return err_memory(e);
    column[table.columns++] = (struct report_column){"", "model", REPORT_WORDS};
    for (size_t i = 0; i < c->labels; i++)
        column[table.columns++] = (struct report_column){c->label[i].text, NULL, REPORT_FIGURE};
    for (size_t i = 0; i < FIGURES; i++)
        if (i != ACCURACY || c->ledger[0].judged)
            column[table.columns++] = figures[i];
    str_addf(report_note(&r), "compare on %s: %zu sample%s, batches of %zu\n",
             s->data.training < s->data.samples ? "validation" : "training data",
             c->ledger[0].samples, c->ledger[0].samples == 1 ? "" : "s", c->ledger[0].batch);
    report_table(&r, &table);
    for (size_t i = 0; i < c->count; i++)
        comparison_row(&r, c, i);
    report_close(&r);
    return report_show(s, &r, e);
}

static int compare_models(struct session *s, struct model **list, size_t count,
                          const struct report_renderer *as, struct err *e)
{
    struct comparison c = {.ledger = mem_new(count, sizeof *c.ledger),
                           .label_of = mem_new(count, sizeof *c.label_of),
                           .value = mem_new(count, sizeof *c.value)};
    int failed = c.ledger && c.label_of && c.value ? 0 : err_memory(e);
    for (size_t i = 0; i < count && !failed; i++) {
        c.count++;
        failed = ledger_run(s, &c.ledger[i], list[i], SHARE_EVALUATION, false, e) ||
                 add_labels(&c, i, e);
    }
    for (size_t i = 0; i < count && !failed; i++)
        failed = add_values(&c, i, e);
    if (!failed)
        failed = compare_show(s, &c, as, e);
    for (size_t i = 0; i < c.count; i++) {
        ledger_finish(&c.ledger[i]);
        mem_free(c.label_of[i]);
        mem_free(c.value[i]);
    }
    for (size_t i = 0; i < c.labels; i++)
        str_finish(&c.label[i]);
    mem_free(c.label);
    index_finish(&c.by_label);
    mem_free(c.value);
    mem_free(c.label_of);
    mem_free(c.ledger);
    return failed ? -1 : 0;
}

static int run_compare(struct session *s, const struct args *args, struct err *e)
{
    static const char *const everything[] = {"all"};
    const struct arg all = {.given = true,
                            .type = ARG_NAMES,
                            .as.names = {.item = (const char **)everything, .count = 1}};
    const struct arg *given = args_get(args, "models");
    size_t count;
    if (need_data(s, e))
        return -1;
    struct model **list = name_models(s, given->given ? given : &all, &count, e);
    if (!list)
        return -1;
    int failed = 0;
    for (size_t i = 0; i < count && checking(s) && !failed; i++)
        failed = ledger_check(s, list[i], e);
    if (!count)
        failed = err_at(e, args->where, "no model has a layer yet");
    else if (!checking(s))
        failed = compare_models(s, list, count, report_renderer_of(args), e);
    mem_free(list);
    return failed;
}

static const struct arg_spec model_args[] = {
    ARG("name", POSITIONAL, ARG_NAME, .line = "a model; alone, model lists them",
        .naming = NAMING_MODELS),
    REPORT_FORMAT,
};
static const struct arg_spec new_name_args[] = {
    ARG("name", POSITIONAL, ARG_NAME, .required = true, .line = "the new name"),
};
static const struct arg_spec compare_args[] = {
    ARG("models", REST, ARG_NAMES, .line = "models by name; alone, every model that has a layer",
        .naming = NAMING_ANY_MODEL),
    REPORT_FORMAT,
};

const struct command command_model = {
    COMMAND(
        "model", model_args, "an empty new model, or a switch to one",
        "The first model is called main; it goes when it is left while still empty. Layers, loss, "
        "optimizer and counters belong to a model; data, seed and variables to the session. Models "
        "built alike start alike.",
        "data moons 100\nmodel plain\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\nmodel sparse\n"
        "input 2\ndense 8 tanh activity=l1(1e-2) as h\ndense 1 sigmoid\ntrain 2 on all\nmodel\n"),
    .run = run_model,
    .changes = CHANGES_LIST,
    .small = any_statement,
    .alone_shows = true,
};
const struct command command_clone = {
    COMMAND("clone", new_name_args, "a copy of the current model, which becomes the current one",
            "Weights, optimizer state, counters and history come along.",
            "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\nrename free\n"
            "clone penalised\nset h.activity = l1(1e-2)\ntrain 2 on all\ncompare\n"),
    .run = run_clone,
    .clones = true,
    .changes = CHANGES_LIST,
    .small = any_statement,
};
const struct command command_rename = {
    COMMAND("rename", new_name_args, "gives the current model another name",
            "The first model is called main.", "input 2\ndense 1\nrename plain\nmodel\n"),
    .run = run_rename,
    .changes = CHANGES_MODEL,
    .small = any_statement,
};
const struct command command_compare = {
    COMMAND("compare", compare_args, "the models' ledgers side by side",
            "One column for each model, one row for each term that any of them has, then the data "
            "loss, the total and the steps done, on the evaluation data.",
            "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\nrename free\n"
            "clone penalised\nset h.kernel = l2(1e-2)\ntrain 2 on all\ncompare\n"),
    .run = run_compare,
    .looks = true,
};
