/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/audit_report.h"

#include "cmd/report/report.h"

#include <math.h>
#include <string.h>

int audit_by(struct audit *a, const char *key, const char *name, const struct graph *g,
             const struct emulation *as, struct err *e)
{
    struct auditor *by = &a->by[a->auditors];
    *by = (struct auditor){.judge.graph = g, .key = key, .name = name};
    if (as && judge_begin(&by->judge, g, as, e))
        return -1;
    a->auditors++;
    return 0;
}

const char *audit_text(struct audit *a, const struct str *text)
{
    return text->failed ? NULL : arena_text(&a->arena, text->size ? text->text : "", text->size);
}

int audit_add(struct audit *a, const struct audit_row *row, struct err *e)
{
    if (!row->layer || !row->slot || !row->penalty || !row->kind ||
        mem_room(&a->row, &a->room, a->rows + 1, sizeof *a->row))
        return err_memory(e);
    a->row[a->rows++] = *row;
    return 0;
}

int audit_note(struct audit *a, const struct str *text, struct err *e)
{
    const char *note = audit_text(a, text);
    if (!note || mem_room(&a->note, &a->note_room, a->notes + 1, sizeof *a->note))
        return err_memory(e);
    a->note[a->notes++] = note;
    return 0;
}

void audit_weight(const struct audit *a, id layer, struct audit_row *row)
{
    row->right = "once";
    row->calls = judge_calls(a->by[0].judge.graph, layer);
    for (size_t i = 0; i < a->auditors; i++)
        if (a->by[i].judge.as)
            judge_weight(&a->by[i].judge, layer, &row->by[i]);
}

void audit_activity(const struct audit *a, id layer, enum reduce written, struct audit_row *row)
{
    static const char *const right[][2] = {
        [REDUCE_BATCH] = {"the output, sum / batch", "each output, sum / batch"},
        [REDUCE_SUM] = {"the output, sum", "each output, sum"},
        [REDUCE_MEAN] = {"the output, mean", "each output, mean"},
    };
    row->calls = judge_calls(a->by[0].judge.graph, layer);
    for (size_t i = 0; i < a->auditors; i++)
        if (a->by[i].judge.as)
            judge_activity(&a->by[i].judge, layer, written, &row->by[i]);
    row->right = right[written][row->calls > 1];
}

void audit_finish(struct audit *a)
{
    for (size_t i = 0; i < a->auditors; i++)
        judge_finish(&a->by[i].judge);
    mem_free(a->row);
    mem_free(a->note);
    arena_finish(&a->arena);
}

static enum verdict verdict_of(const struct audit *a, const struct audit_row *row, size_t by)
{
    const struct judge *j = &a->by[by].judge;
    return row->unjudged || !j->as ? NOT_KNOWN : judgement_verdict(j, &row->by[by]);
}

bool audit_is_bent(const struct audit *a, const struct audit_row *row)
{
    return verdict_of(a, row, a->rules) == NOT_AS_DECLARED;
}

static const char lacked[] = "has no such penalty; add_loss has it";

/* All reasons of one row. */
static void add_why(struct str *to, const struct audit *a, const struct audit_row *row, size_t by)
{
    const struct judge *j = &a->by[by].judge;
    const struct judgement *of = &row->by[by];
    const char *comma = "";
    if (row->unjudged || !j->as) {
        str_add(to, row->unjudged ? row->unjudged : "what this release does is not known");
        return;
    }
    if (of->lacked) {
        str_addf(to, "%s %s", j->as->entry.name, lacked);
        comma = "; ";
    }
    for (unsigned w = 0; w < WAYS; w++)
        if (of->ways >> w & 1) {
            const bool unsure = j->as->unsure >> w & 1;
            const char *why = unsure ? j->as->unknown : j->as->why[w];
            str_addf(to, "%s%s", comma, why ? why : "");
            comma = "; ";
        }
}

static void add_verdict(struct report *r, const struct audit *a, const struct audit_row *row,
                        size_t by)
{
    const enum verdict v = verdict_of(a, row, by);
    struct str words = {0}, why = {0};
    if (row->unjudged || !a->by[by].judge.as)
        str_add(&words, row->unjudged ? "not judged" : "not known");
    else
        judgement_words(&a->by[by].judge, &row->by[by], &words);
    add_why(&why, a, row, by);
    report_open(r, NULL, '{');
    str_add(report_shown(r), words.failed ? "" : words.text);
    if (v == NOT_KNOWN)
        report_nothing(r);
    else
        report_bool(r, "applied", v == AS_DECLARED);
    report_text(r, "does", words.failed ? "" : words.text);
    report_text(r, "why", why.failed || !why.size ? "" : why.text);
    report_close(r);
    r->text.failed = r->text.failed || words.failed || why.failed;
    str_finish(&words);
    str_finish(&why);
}

static void add_row(struct report *r, const struct audit *a, const struct audit_row *row)
{
    report_row(r, REPORT_FOR_ALL);
    report_text(r, NULL, row->layer);
    report_text(r, NULL, row->slot);
    report_text(r, NULL, row->penalty);
    report_text(r, NULL, row->kind);
    if (isnan(row->strength))
        report_nothing(r);
    else
        report_number(r, NULL, row->strength);
    report_number(r, NULL, (double)row->calls);
    report_text(r, NULL, row->right ? row->right : "");
    for (size_t i = 0; i < a->auditors; i++)
        add_verdict(r, a, row, i);
    if (row->place)
        report_text(r, NULL, row->place);
}

static void add_table(struct report *r, const struct audit *a)
{
    static const struct report_column first[] = {
        {"layer", "layer", REPORT_WORDS},     {"slot", "slot", REPORT_WORDS},
        {"penalty", "penalty", REPORT_WORDS}, {NULL, "kind", REPORT_WORDS},
        {NULL, "strength", REPORT_NUMBER},    {"calls", "calls", REPORT_FIGURE},
        {"right is", "right", REPORT_WORDS},
    };
    enum { FIRST = sizeof first / sizeof *first };
    struct report_column *column = arena_new(&r->arena, FIRST + AUDITED_BY + 1, sizeof *column);
    struct report_table *table = arena_new(&r->arena, 1, sizeof *table);
    if (!column || !table) {
        r->text.failed = true;
        return;
    }
    *table = (struct report_table){.key = "penalties", .column = column};
    for (size_t i = 0; i < FIRST; i++)
        column[table->columns++] = first[i];
    for (size_t i = 0; i < a->auditors; i++) {
        const char *name = arena_text(&r->arena, a->by[i].name, strlen(a->by[i].name));
        column[table->columns++] = (struct report_column){name, a->by[i].key, REPORT_WORDS};
        r->text.failed = r->text.failed || !name;
    }
    if (a->rows && a->row[0].place)
        column[table->columns++] = (struct report_column){NULL, "place", REPORT_WORDS};
    report_table(r, table);
    for (size_t i = 0; i < a->rows; i++)
        add_row(r, a, &a->row[i]);
    report_close(r);
}

/* What a system does, each reason once. */
static void add_reasons(struct report *r, const struct audit *a, size_t by)
{
    const struct judge *j = &a->by[by].judge;
    unsigned ways = 0;
    bool lacks = false;
    for (size_t i = 0; i < a->rows && j->as; i++)
        if (!a->row[i].unjudged) {
            ways |= a->row[i].by[by].ways;
            lacks = lacks || a->row[i].by[by].lacked;
        }
    if (lacks)
        str_addf(report_note(r), "%s: %s\n", a->by[by].name, lacked);
    for (unsigned w = 0; w < WAYS; w++)
        if (ways >> w & 1 && !(j->as->unsure >> w & 1) && j->as->why[w])
            str_addf(report_note(r), "%s: %s\n", a->by[by].name, j->as->why[w]);
    if (j->as && ways & j->as->unsure)
        str_addf(report_note(r), "%s: not known: %s\n", a->by[by].name, j->as->unknown);
    if (j->as && j->as->policy.evaluates_without && a->rows)
        str_addf(report_note(r), "%s: evaluate() leaves all penalties out\n", a->by[by].name);
}

static void add_unjudged(struct report *r, const struct audit *a)
{
    enum { TOLD = 20 };
    size_t more = 0, told = 0;
    for (size_t i = 0; i < a->rows; i++)
        if (a->row[i].unjudged && told < TOLD) {
            str_addf(report_note(r), "%s.%s: not judged: %s\n", a->row[i].layer, a->row[i].slot,
                     a->row[i].unjudged);
            told++;
        } else if (a->row[i].unjudged) {
            more++;
        }
    if (more)
        str_addf(report_note(r), "and %zu more are not judged\n", more);
}

void audit_report(struct report *r, const struct audit *a)
{
    size_t count[NOT_KNOWN + 1] = {0};
    for (size_t i = 0; i < a->rows; i++)
        count[verdict_of(a, &a->row[i], a->rules)]++;
    report_number(r, "declared", (double)a->rows);
    report_number(r, "applied", (double)count[AS_DECLARED]);
    report_number(r, "bent", (double)count[NOT_AS_DECLARED]);
    report_number(r, "unknown", (double)count[NOT_KNOWN]);
    if (a->rows)
        add_table(r, a);
    report_open(r, "notes", '[');
    for (size_t i = 0; i < a->notes; i++)
        report_text(r, NULL, a->note[i]);
    report_close(r);
    for (size_t i = 0; i < a->auditors; i++)
        add_reasons(r, a, i);
    add_unjudged(r, a);
    for (size_t i = 0; i < a->notes; i++)
        str_addf(report_note(r), "%s\n", a->note[i]);
    str_addf(report_note(r), "%s: ", a->by[a->rules].name);
    report_say(r, a->rows ? "{applied} of {declared} applied as declared" : "no penalty declared");
    if (count[NOT_AS_DECLARED])
        report_say(r, ", {bent} not");
    if (count[NOT_KNOWN])
        report_say(r, ", {unknown} not known");
    report_say(r, "\n");
}
