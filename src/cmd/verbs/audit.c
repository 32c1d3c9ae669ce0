/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/audit_report.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/state.h"

#include "nn/joint_term.h"
#include "train/model.h"

#include <stdlib.h>
#include <string.h>

/* Once for each. */
static int note_own(struct audit *a, const char *name, struct err *e)
{
    struct str text = {0};
    for (size_t i = 0; i < a->rows; i++)
        if (strcmp(a->row[i].kind, name) == 0)
            return 0;
    str_addf(&text,
             "%s: a penalty of your own, judged as a regularizer of your own in the same slot",
             name);
    const int failed = audit_note(a, &text, e);
    str_finish(&text);
    return failed;
}

static int add_term(struct audit *a, const struct model *m, const struct emulation *as, id term,
                    struct err *e)
{
    const struct graph *g = m->graph;
    const struct term *t = &g->term[term];
    const struct args *args = model_term(m, term);
    struct str penalty = {0};
    args_print_brief(&penalty, args);
    struct audit_row row = {.layer = term_is_joint(t) ? args->arg[JOINT_NAME].as.text
                                                      : g->layer[t->layer].name,
                            .slot = term_is_joint(t) ? "term" : t->slot,
                            .penalty = audit_text(a, &penalty),
                            .kind = args->entry->name,
                            .strength = penalty_strength(args)};
    str_finish(&penalty);
    if (term_is_joint(t)) {
        row.right = "once";
        judge_joint(&a->by[0].judge, false, &row.by[0]);
    } else if (t->activity) {
        audit_activity(a, t->layer, t->reduce, &row);
    } else {
        audit_weight(a, t->layer, &row);
    }
    /* One of your own is a regularizer of your own there, and has the place that it has here. */
    const bool own = table_find(&penalty_kinds, row.kind) != args->entry;
    row.by[0].lacked = !term_is_joint(t) && !own && !emulation_has(as, &penalty_kinds, row.kind);
    if (own && !term_is_joint(t) && note_own(a, args->entry->name, e))
        return -1;
    row.unjudged = row.calls || term_is_joint(t) ? NULL : "its layer is never called";
    return audit_add(a, &row, e);
}

/* Where a term stands in the order of rows: by layer, joint ones last, then as they were made. */
struct placed {
    id layer, term;
};

static int compare_places(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return x->layer != y->layer ? (x->layer > y->layer ? 1 : -1) : x->term > y->term ? 1 : -1;
}

static int add_terms(struct audit *a, const struct model *m, const struct emulation *as,
                     struct err *e)
{
    const struct graph *g = m->graph;
    struct placed *order = mem_new(g->terms + 1, sizeof *order);
    int failed = order ? 0 : err_memory(e);
    for (id t = 0; order && t < g->terms; t++)
        order[t] = (struct placed){g->term[t].layer, t};
    if (order)
        qsort(order, g->terms, sizeof *order, compare_places);
    for (size_t i = 0; i < g->terms && !failed; i++)
        failed = add_term(a, m, as, order[i].term, e);
    mem_free(order);
    return failed;
}

static int run_audit(struct session *s, const struct args *args, struct err *e)
{
    const struct model *m = current_model(s);
    const struct arg *system = args_get(args, "as");
    const struct emulation *as =
        (const struct emulation *)(system->given ? system->as.choice
                                                 : table_find(&other_systems, "keras-3"));
    struct report r = {.as = report_renderer_of(args)};
    struct audit a = {0};
    if (checking(s))
        return 0;
    int failed = audit_by(&a, "does", as->entry.name, m->graph, as, e) || add_terms(&a, m, as, e);
    if (!failed) {
        report_text(&r, "model", m->name);
        report_text(&r, "as", as->entry.name);
        report_say(&r, "the penalties of {model}, as {as} has them\n");
        audit_report(&r, &a);
        failed = report_show(s, &r, e);
    }
    audit_finish(&a);
    return failed ? -1 : 0;
}

static const struct arg_spec audit_args[] = {
    ARG("as", KEY, ARG_CHOICE, .of = &other_systems, .lists = true,
        .line = "the system whose treatment is told; without it keras-3"),
    REPORT_FORMAT,
};

const struct command command_audit = {
    COMMAND("audit", audit_args, "which penalties another system would apply as declared",
            "One row for each penalty of the model: its layer and slot, how often the layer is "
            "called, what is right, and what the system does with it, with the source below the "
            "table. Nothing is computed, so it needs no data; emulate does what is told here. nnr "
            "--audit FILE does the same to a model of Keras, as a file.",
            "input 3x2\ntimedistributed dense 2 relu kernel=l2(0.1) activity=l1(0.1) as td\n"
            "flatten\ndense 1 kernel=hoyer(0.1)\naudit\naudit as=keras-2.2\n"),
    .run = run_audit,
    .looks = true,
};
