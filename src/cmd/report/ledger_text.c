/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/ledger_text.h"

#include "cmd/report/text_table.h"
#include "cmd/session/emulation.h"

#include "base/out.h"
#include "expr/formula.h"
#include "nn/bend.h"
#include "train/ledger.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* strength*sum(abs(x)) with its numbers: 0.001*sum(abs(x)). */
static void add_formula(struct str *to, const struct args *a)
{
    const char *at = penalty_kind_of(a)->formula;
    char text[NUMBER_ROOM], word[64];
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
    return t->activity ? reductions.row[row->reduce]->name : "sum";
}

/* The tensor a row acts on and its shape. */
static void row_tensor(const struct ledger *l, const struct ledger_row *row, struct str *name,
                       const struct shape **shape)
{
    const struct graph *g = l->model->graph;
    const struct term *t = &g->term[row->term];
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

/* slot, penalty, acts on, divided by, value, share, |gradient|, flags */
static const bool flush_right[] = {false, false, false, true, true, true, true, false};
enum { COLUMNS = sizeof flush_right / sizeof *flush_right };

static void add_flags(struct grid *g, const struct ledger_row *row)
{
    struct str text = {0};
    char number[NUMBER_ROOM];
    for (unsigned i = 0; i < ROW_FLAGS; i++)
        if (row->flags & (1U << i))
            str_addf(&text, "%s%s", text.size ? ", " : "", row_flag_name(i));
    if (row->bent)
        str_addf(&text, " (%s): in truth %s", bent_word(row->bent),
                 number_text(row->honest, number));
    g->failed = g->failed || text.failed;
    grid_add(g, "%s", text.text ? text.text : "");
    str_finish(&text);
}

static void add_calls(struct grid *g, const struct ledger *l, const struct ledger_row *row)
{
    char value[NUMBER_ROOM];
    const struct graph *graph = l->model->graph;
    for (size_t i = 0; row->calls > 1 && i < row->calls; i++) {
        grid_add(g, "  call %s", graph->call[row->call[i].call].name);
        struct str on = {0};
        add_called_on(&on, graph, row->call[i].call);
        grid_add(g, "on %s", on.text ? on.text : "");
        g->failed = g->failed || on.failed;
        str_finish(&on);
        for (int column = 2; column < 4; column++)
            grid_add(g, "%s", "");
        grid_add(g, "%s", number_text(row->call[i].value, value));
        for (int column = 5; column < COLUMNS; column++)
            grid_add(g, "%s", "");
    }
}

static void add_share(struct grid *g, double share)
{
    if (isfinite(share))
        grid_add(g, "%.1f%%", 100 * share);
    else
        grid_add(g, "-");
}

static void add_row(struct grid *g, const struct ledger *l, size_t r)
{
    const struct ledger_row *row = &l->row[r];
    const struct term *t = &l->model->graph->term[row->term];
    const struct shape *shape;
    struct str penalty = {0}, tensor = {0};
    char slot[140], size[80], number[NUMBER_ROOM];
    args_print(&penalty, t->args);
    row_tensor(l, row, &tensor, &shape);
    g->failed = g->failed || penalty.failed || tensor.failed;
    grid_add(g, "%s", ledger_slot(l, r, slot, sizeof slot));
    grid_add(g, "%s", penalty.text ? penalty.text : "");
    grid_add(g, "%s %s", tensor.text ? tensor.text : "", shape_text(shape, size, sizeof size));
    const bool divided = t->activity && row->divisor != 1;
    grid_add(g, "%s", divided ? number_text(row->divisor, number) : "-");
    grid_add(g, "%s", number_text(row->value, number));
    add_share(g, row->share);
    grid_add(g, "%s", number_text(row->grad_norm, number));
    add_flags(g, row);
    add_calls(g, l, row);
    str_finish(&penalty);
    str_finish(&tensor);
}

static void add_total(struct grid *g, const char *what, double value, double share)
{
    char number[NUMBER_ROOM];
    grid_add(g, "%s", what);
    for (int column = 1; column < 4; column++)
        grid_add(g, "%s", "");
    grid_add(g, "%s", number_text(value, number));
    add_share(g, share);
    for (int column = 6; column < COLUMNS; column++)
        grid_add(g, "%s", "");
}

/* The data loss of one output, with its weight. */
static void add_data(struct grid *g, const struct ledger *l, size_t aim)
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
    add_total(g, name, value, l->total != 0 ? value / l->total : 0);
}

void ledger_text(struct str *to, const struct ledger *l, const char *share,
                 const struct entry *system)
{
    static const char *const heads[COLUMNS] = {
        "slot", "penalty", "acts on", "divided by", "value", "share", "|gradient|", "",
    };
    struct grid g = {.columns = COLUMNS, .right = flush_right};
    str_addf(to, "penalties of %s on %s: %zu samples, batches of %zu", l->model->name, share,
             l->samples, l->batch);
    if (system)
        str_addf(to, ", as %s does it", system->name);
    str_add(to, "\n");
    for (size_t i = 0; i < COLUMNS; i++)
        grid_add(&g, "%s", heads[i]);
    for (size_t r = 0; r < l->rows; r++)
        add_row(&g, l, r);
    for (size_t i = 0; i < l->objectives; i++)
        add_data(&g, l, i);
    add_total(&g, "total", l->total, l->total != 0);
    if (l->model->policy)
        add_total(&g, "total in truth", l->honest, NAN);
    if (l->model->policy && l->model->policy->evaluates_without && l->evaluated != l->total &&
        !ledger_refused(l))
        add_total(&g, "evaluate would say", l->evaluated, NAN);
    grid_print(&g, to);
    if (system && ledger_refused(l))
        add_refusal(to, system);
}

static void row_json(struct json *j, const struct ledger *l, size_t r)
{
    const struct ledger_row *row = &l->row[r];
    const struct graph *g = l->model->graph;
    const struct term *t = &g->term[row->term];
    const struct shape *shape;
    struct str tensor = {0}, formula = {0};
    char slot[140];
    row_tensor(l, row, &tensor, &shape);
    add_formula(&formula, t->args);
    j->to->failed = j->to->failed || tensor.failed || formula.failed;
    json_open(j, NULL, '{');
    json_text(j, "slot", ledger_slot(l, r, slot, sizeof slot));
    json_text(j, "kind", t->args->entry->name);
    json_number(j, "strength", penalty_strength(t->args));
    json_text(j, "formula", formula.text ? formula.text : "");
    json_text(j, "tensor", tensor.text ? tensor.text : "");
    json_open(j, "shape", '[');
    for (uint32_t i = 0; i < shape->axes; i++)
        json_number(j, NULL, shape->size[i]);
    json_close(j, ']');
    json_text(j, "reduce", reduce_word(t, row));
    json_number(j, "divisor", row->divisor);
    json_open(j, "calls", '[');
    for (size_t i = 0; i < row->calls; i++) {
        json_open(j, NULL, '{');
        struct str on = {0};
        add_called_on(&on, g, row->call[i].call);
        json_text(j, "on", on.text ? on.text : "");
        j->to->failed = j->to->failed || on.failed;
        str_finish(&on);
        json_number(j, "value", row->call[i].value);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_number(j, "value", row->value);
    if (row->bent) {
        json_number(j, "honest", row->honest);
        json_text(j, "bent", bent_word(row->bent));
    }
    json_number(j, "share", row->share);
    json_number(j, "grad_norm", row->grad_norm);
    json_open(j, "flags", '[');
    for (unsigned i = 0; i < ROW_FLAGS; i++)
        if (row->flags & (1U << i))
            json_text(j, NULL, row_flag_name(i));
    json_close(j, ']');
    json_close(j, '}');
    str_finish(&tensor);
    str_finish(&formula);
}

void ledger_json(struct str *to, const struct ledger *l, const struct entry *system)
{
    struct json j = {.to = to};
    json_open(&j, NULL, '{');
    json_number(&j, "data", l->data);
    json_number(&j, "penalty", l->penalty);
    json_number(&j, "total", l->total);
    json_text(&j, "loss", l->objective[0].loss->entry->name);
    if (l->objectives > 1)
        json_open(&j, "outputs", '[');
    for (size_t i = 0; l->objectives > 1 && i < l->objectives; i++) {
        const struct objective *a = &l->objective[i];
        json_open(&j, NULL, '{');
        json_text(&j, "output", graph_value_name(l->model->graph, a->value));
        json_text(&j, "loss", a->loss->entry->name);
        json_number(&j, "weight", a->weight);
        json_number(&j, "value", l->head[i]);
        json_close(&j, '}');
    }
    if (l->objectives > 1)
        json_close(&j, ']');
    if (system)
        json_text(&j, "emulate", system->name);
    if (l->model->policy)
        json_number(&j, "honest_total", l->honest);
    json_number(&j, "samples", (double)l->samples);
    json_number(&j, "batch", (double)l->batch);
    json_open(&j, "terms", '[');
    for (size_t r = 0; r < l->rows; r++)
        row_json(&j, l, r);
    json_close(&j, ']');
    json_close(&j, '}');
    str_add(to, "\n");
}
