/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/show_plan.h"

#include "cmd/common/defaults.h"
#include "cmd/report/report.h"
#include "cmd/session/data.h"
#include "cmd/session/state.h"

#include "nn/op_joint.h"
#include "train/trainer.h"

/* "h.kernel.grad 4x3"; shapes are those of one sample. */
static void add_operand(struct str *to, const struct plan *p, uint32_t operand)
{
    const struct graph *g = p->graph;
    const struct operand o = p->operand[operand];
    char text[80];
    switch (o.block) {
    case IN_INPUT:
    case IN_VALUE:
    case IN_DVALUE:
        str_addf(to, "%s.output%s %s", graph_value_name(g, o.of),
                 o.block == IN_DVALUE ? ".grad" : "",
                 shape_text(&g->value[o.of].shape, text, sizeof text));
        break;
    case IN_WEIGHT:
    case IN_WGRAD:
        str_addf(to, "%s%s %s", g->weight[o.of].path, o.block == IN_WGRAD ? ".grad" : "",
                 shape_text(&g->weight[o.of].shape, text, sizeof text));
        break;
    case IN_TARGET:
        str_addf(to, "%s.target", graph_value_name(g, p->head[o.of].value));
        break;
    case IN_SAVED:
        str_addf(to, "%s.saved", g->call[o.of].name);
        break;
    case IN_SCRATCH:
    case BLOCKS:
        break;
    }
}

static void add_read(struct str *to, const struct plan *p, const struct step *s)
{
    const char *comma = "";
    for (size_t i = 0; i < OPERANDS_READ + s->mores; i++) {
        const uint32_t operand = i < OPERANDS_READ ? s->x[i] : s->more[i - OPERANDS_READ];
        if (operand == NO_OPERAND)
            continue;
        str_add(to, comma);
        add_operand(to, p, operand);
        comma = ", ";
    }
}

static void add_written(struct str *to, const struct plan *p, const struct step *s)
{
    const char *comma = "";
    for (size_t i = 0; i < OPERANDS_WRITTEN; i++) {
        if (s->y[i] == NO_OPERAND)
            continue;
        str_addf(to, "%s%s", comma, s->add[i] ? "+= " : "= ");
        add_operand(to, p, s->y[i]);
        comma = ", ";
    }
}

/* The penalties that a step works for, by their slots. */
static void add_penalties(struct str *to, const struct plan *p, const struct step *s)
{
    uint32_t row;
    if (step_is_of_joint(s, &row)) {
        str_add(to, p->graph->term[p->applied[row].term].args->arg[JOINT_NAME].as.text);
        return;
    }
    const bool joined = s->op == &op_bias_act || s->op == &op_bias_act_grad;
    const struct pass *pass = joined || s->op->role == ROLE_PENALTY ? s->settings : NULL;
    for (uint32_t i = 0; pass && i < pass->rows; i++) {
        const struct term *t = &p->graph->term[p->applied[pass->row[i]].term];
        str_addf(to, "%s%s.%s %s", i ? ", " : "", p->graph->layer[t->layer].name, t->slot,
                 t->args->entry->name);
    }
}

static void add_step(struct report *r, const struct plan *p, const struct step *s)
{
    report_text(r, NULL, s->op->name);
    add_written(report_words(r, NULL), p, s);
    add_read(report_words(r, NULL), p, s);
    report_number(r, NULL, s->op->flops ? s->op->flops(s) : 0);
    str_addf(report_shown(r), "%.0f", s->op->flops ? s->op->flops(s) : 0);
    add_penalties(report_words(r, NULL), p, s);
}

#define COLUMNS(list)                                                                              \
    {                                                                                              \
        {list, NULL, REPORT_WORDS}, {"writes", NULL, REPORT_WORDS}, {"reads", NULL, REPORT_WORDS}, \
            {"flops", NULL, REPORT_NUMBER},                                                        \
        {                                                                                          \
            "penalties", NULL, REPORT_WORDS                                                        \
        }                                                                                          \
    }
enum { COUNT = 5 };

static void add_list(struct report *r, const struct plan *p, bool backward)
{
    static const struct report_column columns[2][COUNT] = {COLUMNS("forward"), COLUMNS("backward")};
    static const struct report_table tables[2] = {{.column = columns[0], .columns = COUNT},
                                                  {.column = columns[1], .columns = COUNT}};
    const struct step *list = backward ? p->backward : p->forward;
    report_table(r, &tables[backward]);
    for (size_t i = 0; i < (backward ? p->backwards : p->forwards); i++) {
        report_row(r, REPORT_FOR_PEOPLE);
        add_step(r, p, &list[i]);
    }
    report_close(r);
}

/* Both lists as one table, for machines. */
static void add_both(struct report *r, const struct plan *p)
{
    static const struct report_column columns[] = {
        {NULL, "pass", REPORT_WORDS},   {NULL, "operation", REPORT_WORDS},
        {NULL, "writes", REPORT_WORDS}, {NULL, "reads", REPORT_WORDS},
        {NULL, "flops", REPORT_NUMBER}, {NULL, "penalties", REPORT_WORDS},
    };
    static const struct report_table both = {
        .key = "steps", .column = columns, .columns = sizeof columns / sizeof *columns};
    report_table(r, &both);
    for (size_t i = 0; i < p->forwards + p->backwards; i++) {
        const bool backward = i >= p->forwards;
        report_row(r, REPORT_FOR_MACHINES);
        report_text(r, NULL, backward ? "backward" : "forward");
        add_step(r, p, backward ? &p->backward[i - p->forwards] : &p->forward[i]);
    }
    report_close(r);
}

int plan_show(struct session *s, struct report *r, struct err *e)
{
    struct model *m = current_model(s);
    if (need_layers(m, e) || need_data(s, e) || choose_loss(s, m, e))
        return -1;
    if (checking(s))
        return trainer_check(m, &s->data, e);
    if (trainer_prepare_passes(m, &s->data, s->seed, true, e))
        return -1;
    const struct plan *p = trainer_of(m)->train;
    str_addf(report_note(r), "plan of %s for batches of up to %zu: %.0f flops a sample\n", m->name,
             p->capacity, p->flops);
    add_both(r, p);
    add_list(r, p, false);
    add_list(r, p, true);
    return 0;
}
