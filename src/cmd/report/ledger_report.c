/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/ledger_report.h"

#include "cmd/report/report.h"
#include "cmd/session/emulation.h"

#include "expr/formula.h"
#include "nn/bend.h"
#include "nn/joint_term.h"
#include "train/ledger.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* strength*sum(abs(x)) with its numbers: 0.001*sum(abs(x)). */
static void add_formula(struct str *to, const struct args *a)
{
    const char *at = penalty_formula(a);
    char text[NUMBER_ROOM], word[64];
    if (a->entry == &joint_term.entry) {
        str_addf(to, "%s*(%s)", number_exact(penalty_strength(a), text),
                 a->arg[JOINT_FORMULA].as.text);
        return;
    }
    while (*at) {
        size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz_0123456789.");
        const struct arg *found = NULL;
        if (!n || n >= sizeof word) {
            str_bytes(to, at++, 1);
            continue;
        }
        memcpy(word, at, n);
        word[n] = 0;
        for (size_t i = 0; i < a->entry->arg_count; i++)
            if (strcmp(a->entry->args[i].name, word) == 0 && a->arg[i].type == ARG_NUMBER)
                found = &a->arg[i];
        /* A sign would bind looser than ^. */
        const bool sign = found && found->as.number < 0;
        str_addf(to, sign ? "(%s)" : "%s", found ? number_exact(found->as.number, text) : word);
        at += n;
    }
}

static const char *reduce_word(const struct term *t, const struct ledger_row *row)
{
    /* The formula of a joint term says all of it. */
    if (term_is_joint(t))
        return "none";
    return t->activity ? reductions.row[row->reduce]->name : "sum";
}

/* The tensor a row acts on and its shape; of a joint term all of them, and NULL. */
static void row_tensor(const struct ledger *l, const struct ledger_row *row, struct str *name,
                       const struct shape **shape)
{
    const struct graph *g = l->model->graph;
    const struct term *t = &g->term[row->term];
    *shape = NULL;
    if (term_is_joint(t)) {
        const struct arg *tensors = &t->args->arg[JOINT_TENSORS];
        for (size_t i = 0; i < tensors->as.names.count; i++)
            str_addf(name, "%s%s", i ? ", " : "", tensors->as.names.item[i]);
        return;
    }
    if (!t->activity) {
        str_add(name, g->weight[t->weight].path);
        *shape = &g->weight[t->weight].shape;
        return;
    }
    const struct call *c = &g->call[row->call[0].call];
    const bool input = row->bent == BENT_INPUT;
    str_addf(name, "%s.%s", row->calls > 1 ? g->layer[t->layer].name : c->name,
             input ? "input" : "output");
    *shape = &g->value[input ? c->input[0] : c->output].shape;
}

void add_called_on(struct str *to, const struct graph *g, id call)
{
    const struct call *c = &g->call[call];
    str_add(to, c->inputs ? "" : c->name);
    for (uint32_t i = 0; i < c->inputs; i++)
        str_addf(to, "%s%s", i ? ", " : "", graph_value_name(g, c->input[i]));
}

/* What machines and people read of a term. */
static const struct report_column columns[] = {
    {"slot", "slot", REPORT_WORDS},      {"penalty", "kind", REPORT_WORDS},
    {NULL, "strength", REPORT_NUMBER},   {NULL, "formula", REPORT_WORDS},
    {"acts on", "tensor", REPORT_WORDS}, {NULL, "shape", REPORT_WORDS},
    {NULL, "reduce", REPORT_WORDS},      {"divided by", "divisor", REPORT_NUMBER},
    {NULL, "calls", REPORT_WORDS},       {"value", "value", REPORT_NUMBER},
    {NULL, "honest", REPORT_NUMBER},     {NULL, "bent", REPORT_WORDS},
    {"share", "share", REPORT_SHARE},    {"|gradient|", "grad_norm", REPORT_NUMBER},
    {"moves", "moves", REPORT_SHARE},    {"", "flags", REPORT_WORDS},
    {NULL, "steps", REPORT_NUMBER},      {NULL, "masked", REPORT_NUMBER},
};
enum { COLUMNS = sizeof columns / sizeof *columns, STEPS = COLUMNS - 2, MOVES = STEPS - 2 };
static const struct report_table all_terms = {
    .key = "terms", .column = columns, .columns = COLUMNS};

static bool has_masks(const struct ledger *l)
{
    for (size_t i = 0; i < l->rows; i++)
        if (l->row[i].steps)
            return true;
    return false;
}

/* Begins the table, without columns that nobody has asked for. */
static void begin_terms(struct report *r, const struct ledger *l)
{
    struct report_column *column = arena_new(&r->arena, COLUMNS, sizeof *column);
    struct report_table *table = arena_new(&r->arena, 1, sizeof *table);
    if (!column || !table)
        r->text.failed = true;
    const bool masks = has_masks(l);
    if (!column || !table) {
        report_table(r, &all_terms);
        return;
    }
    *table = (struct report_table){.key = all_terms.key, .column = column};
    for (size_t i = 0; i < COLUMNS; i++)
        if ((i != MOVES || l->moved) && (i < STEPS || masks))
            column[table->columns++] = columns[i];
    report_table(r, table);
}

static void add_tensor(struct report *r, const struct ledger *l, const struct ledger_row *row)
{
    const struct shape *shape;
    char size[80];
    row_tensor(l, row, report_words(r, NULL), &shape);
    struct str *shown = report_shown(r);
    row_tensor(l, row, shown, &shape);
    if (shape)
        str_addf(shown, " %s", shape_text(shape, size, sizeof size));
    report_open(r, NULL, '[');
    for (uint32_t i = 0; shape && i < shape->axes; i++)
        report_number(r, NULL, shape->size[i]);
    report_close(r);
}

static void add_flags(struct report *r, const struct ledger_row *row)
{
    char number[NUMBER_ROOM];
    const char *comma = "";
    report_open(r, NULL, '[');
    struct str *shown = report_shown(r);
    for (unsigned i = 0; i < ROW_FLAGS; i++)
        if (row->flags & (1U << i)) {
            str_addf(shown, "%s%s", comma, row_flag_name(i));
            comma = ", ";
        }
    if (row->bent)
        str_addf(shown, " (%s): in truth %s", bent_word(row->bent),
                 number_text(row->honest, number));
    if (row->steps)
        str_addf(shown, "%s%zu of %zu steps masked", comma, row->masked, row->steps);
    for (unsigned i = 0; i < ROW_FLAGS; i++)
        if (row->flags & (1U << i))
            report_text(r, NULL, row_flag_name(i));
    report_close(r);
}

static void add_calls(struct report *r, const struct graph *g, const struct ledger_row *row)
{
    report_open(r, NULL, '[');
    for (size_t i = 0; i < row->calls; i++) {
        report_open(r, NULL, '{');
        add_called_on(report_words(r, "on"), g, row->call[i].call);
        report_number(r, "value", row->call[i].value);
        report_close(r);
    }
    report_close(r);
}

/* What a line for people has behind its first two columns. */
static void add_line_value(struct report *r, double value)
{
    report_text(r, NULL, "");
    report_text(r, NULL, "");
    report_number(r, NULL, value);
}

/* The calls of a layer that is called more than once stand below its row. */
static void add_call_lines(struct report *r, const struct graph *g, const struct ledger_row *row)
{
    for (size_t i = 0; row->calls > 1 && i < row->calls; i++) {
        report_row(r, REPORT_FOR_PEOPLE);
        str_addf(report_words(r, NULL), "  call %s", g->call[row->call[i].call].name);
        struct str *on = report_words(r, NULL);
        str_add(on, "on ");
        add_called_on(on, g, row->call[i].call);
        add_line_value(r, row->call[i].value);
    }
}

static void add_row(struct report *r, const struct ledger *l, size_t i)
{
    const struct ledger_row *row = &l->row[i];
    const struct term *t = &l->model->graph->term[row->term];
    const struct args *args = model_term(l->model, row->term);
    char slot[140];
    report_row(r, REPORT_FOR_ALL);
    report_text(r, NULL, ledger_slot(l, i, slot, sizeof slot));
    report_text(r, NULL, args->entry->name);
    args_print_brief(report_shown(r), args);
    report_number(r, NULL, penalty_strength(args));
    add_formula(report_words(r, NULL), args);
    add_tensor(r, l, row);
    report_text(r, NULL, reduce_word(t, row));
    report_number(r, NULL, row->divisor);
    if (!t->activity || row->divisor == 1)
        str_add(report_shown(r), "-");
    add_calls(r, l->model->graph, row);
    report_number(r, NULL, row->value);
    if (row->bent) {
        report_number(r, NULL, row->honest);
        report_text(r, NULL, bent_word(row->bent));
    } else {
        report_nothing(r);
        report_nothing(r);
    }
    report_number(r, NULL, row->share);
    report_number(r, NULL, row->grad_norm);
    if (l->moved)
        report_number(r, NULL, row->moves);
    add_flags(r, row);
    if (row->steps) {
        report_number(r, NULL, (double)row->steps);
        report_number(r, NULL, (double)row->masked);
    }
    add_call_lines(r, l->model->graph, row);
}

/* What acts in a step and has no value. */
static void add_step(struct report *r, const struct ledger *l, const struct ledger_step *s)
{
    char number[NUMBER_ROOM];
    report_row(r, REPORT_FOR_ALL);
    report_text(r, NULL, "optimizer");
    report_text(r, NULL, s->key->name);
    str_addf(report_shown(r), "%s(%s)", s->key->name, number_text(s->value, number));
    report_number(r, NULL, s->value);
    report_text(r, NULL, s->key->formula);
    report_text(r, NULL, "weights");
    if (s->weights < s->of)
        str_addf(report_shown(r), "%zu of %zu weights", s->weights, s->of);
    else
        str_add(report_shown(r), "all weights");
    report_open(r, NULL, '[');
    report_close(r);
    report_nothing(r);
    report_nothing(r);
    report_open(r, NULL, '[');
    report_close(r);
    for (size_t nothing = 0; nothing < 5; nothing++)
        report_nothing(r);
    if (l->moved)
        report_number(r, NULL, s->moves);
    report_open(r, NULL, '[');
    str_add(report_shown(r), "step");
    report_text(r, NULL, "step");
    report_close(r);
}

/* What a line has behind its share: the norm of a gradient that nobody asked for, and what it
 * moved.
 */
static void add_line_moves(struct report *r, double moves)
{
    report_text(r, NULL, "");
    report_number(r, NULL, moves);
}

static void add_total(struct report *r, const char *what, double value, double share)
{
    report_row(r, REPORT_FOR_PEOPLE);
    report_text(r, NULL, what);
    report_text(r, NULL, "");
    add_line_value(r, value);
    report_number(r, NULL, share);
}

/* The data loss of one output, with its weight. */
static void add_data(struct report *r, const struct ledger *l, size_t aim)
{
    const struct objective *a = &l->objective[aim];
    const double value = a->weight * l->head[aim];
    char name[200], number[NUMBER_ROOM], factor[40] = "";
    if (a->weight != 1)
        snprintf(factor, sizeof factor, " times %s", number_text(a->weight, number));
    if (l->objectives > 1)
        snprintf(name, sizeof name, "data loss of %.100s, %s%s",
                 graph_value_name(l->model->graph, a->value), a->loss->entry->name, factor);
    else
        snprintf(name, sizeof name, "data loss, %s%s", a->loss->entry->name, factor);
    add_total(r, name, value, l->total != 0 ? value / l->total : 0);
    if (l->moved && l->objectives == 1)
        add_line_moves(r, l->data_moves);
}

/* All outputs together: what they moved is known of their sum. */
static void add_all_data(struct report *r, const struct ledger *l)
{
    add_total(r, "data loss of all outputs", l->data, l->total != 0 ? l->data / l->total : 0);
    add_line_moves(r, l->data_moves);
}

static void add_outputs(struct report *r, const struct ledger *l)
{
    report_open(r, "outputs", '[');
    for (size_t i = 0; i < l->objectives; i++) {
        const struct objective *a = &l->objective[i];
        report_open(r, NULL, '{');
        report_text(r, "output", graph_value_name(l->model->graph, a->value));
        report_text(r, "loss", a->loss->entry->name);
        report_number(r, "weight", a->weight);
        report_number(r, "value", l->head[i]);
        report_close(r);
    }
    report_close(r);
}

void ledger_report(struct report *r, const struct ledger *l, const char *share,
                   const struct entry *system)
{
    const struct policy *policy = l->model->policy;
    report_number(r, "data", l->data);
    report_number(r, "penalty", l->penalty);
    report_number(r, "total", l->total);
    report_text(r, "loss", l->objective[0].loss->entry->name);
    if (l->objectives > 1)
        add_outputs(r, l);
    if (system)
        report_text(r, "emulate", system->name);
    if (policy)
        report_number(r, "honest_total", l->honest);
    report_number(r, "samples", (double)l->samples);
    report_number(r, "batch", (double)l->batch);
    if (l->moved) {
        report_number(r, "data_moves", l->data_moves);
        report_number(r, "moves_step", (double)l->moves_step);
    }
    str_addf(report_note(r), "penalties of %s on %s: ", l->model->name, share);
    report_say(r, "{samples sample}, batches of {batch}");
    report_say(r, system ? ", as {emulate} does it" : "");
    report_say(r, l->moved ? "; moves: of the update in step {moves_step}\n" : "\n");
    begin_terms(r, l);
    for (size_t i = 0; i < l->rows; i++)
        add_row(r, l, i);
    for (size_t i = 0; i < l->steps; i++)
        add_step(r, l, &l->step[i]);
    for (size_t i = 0; i < l->objectives; i++)
        add_data(r, l, i);
    if (l->moved && l->objectives > 1)
        add_all_data(r, l);
    add_total(r, "total", l->total, l->total != 0);
    if (policy)
        add_total(r, "total in truth", l->honest, NAN);
    if (policy && policy->evaluates_without && l->evaluated != l->total && !ledger_refused(l))
        add_total(r, "evaluate would say", l->evaluated, NAN);
    report_close(r);
    if (system && ledger_refused(l))
        add_refusal(report_note(r), system);
}
