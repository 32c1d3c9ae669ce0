/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/exercise.h"

#include "cmd/common/claim.h"
#include "cmd/common/defaults.h"
#include "cmd/exec/exec.h"
#include "cmd/exec/grade.h"
#include "cmd/exec/orders.h"
#include "cmd/exec/step.h"
#include "cmd/exec/typed.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/exercise.h"
#include "cmd/session/journal.h"
#include "cmd/session/redo_list.h"
#include "cmd/session/state.h"
#include "cmd/session/statement_text.h"
#include "cmd/session/transcript.h"
#include "cmd/session/undo_list.h"

#include "base/bytes.h"
#include "lang/ast.h"

#include <string.h>

/* One exercise in the { } of another one, where it can be seen. */
static const struct statement *find_inner(const struct script *body)
{
    const struct statement *inner = NULL;
    for (size_t i = 0; body && i < body->count && !inner; i++) {
        const struct statement *st = &body->statement[i];
        const struct command *c = statement_command(st);
        inner = c && c->coaches && st->body ? st : find_inner(st->body);
    }
    return inner;
}

static int check_nesting(const struct session *s, const struct exercise *x, struct err *e)
{
    const struct statement *inner = s->exercise ? x->statement : find_inner(x->body);
    if (!inner)
        return 0;
    err_at(e, inner->verb_where, "an exercise stands in another one");
    return err_hint(e, "end the first with } before the next begins");
}

static int check_exercise(const struct session *s, const struct exercise *x, struct err *e)
{
    if (check_nesting(s, x, e))
        return -1;
    if (!x->body && !x->person) {
        err_at(e, x->statement->where, "an exercise that nobody does needs braces");
        return err_hint(e, "write what solves it: exercise \"...\" until ... { ... }");
    }
    if (x->person && !s->journal->spells) {
        err_at(e, x->statement->verb_where, "an exercise for a person cannot stand here");
        return err_hint(e, "write it in the script itself, or in a loop there");
    }
    return 0;
}

int exercise_weigh(struct session *s, const struct exercise *x, struct claim *c, struct err *e)
{
    const size_t parts = claim_parts(x->condition);
    int failed = claim_weigh(s, claim_part(x->condition, 0), c, e);
    for (size_t i = 1; i < parts && !failed && (c->holds || checking(s)); i++)
        failed = claim_weigh(s, claim_part(x->condition, i), c, e);
    return failed;
}

int exercise_unsolved(const struct claim *c, struct err *e)
{
    struct str wanted = {0};
    claim_wanted(c, &wanted);
    if (wanted.failed) {
        err_memory(e);
    } else {
        err_at(e, c->node->where, "the exercise is not solved: %.300s", wanted.text);
        e->kind = ERR_EXPECT;
    }
    str_finish(&wanted);
    return -1;
}

static void add_part(struct report *r, const struct claim *c)
{
    report_open(r, NULL, '{');
    node_print(report_words(r, "claim"), c->node);
    report_bool(r, "holds", c->holds);
    if (c->sign) {
        report_number(r, "left", c->side[0]);
        report_text(r, "operator", c->sign);
        report_number(r, "right", c->side[1]);
    } else {
        report_number(r, "value", c->value);
    }
    report_close(r);
}

/* Each part of the condition with its two sides; *all: they hold. */
static int tell_parts(struct session *s, const struct exercise *x, bool *all, struct err *e)
{
    const size_t parts = claim_parts(x->condition);
    struct claim *c = mem_new(parts, sizeof *c);
    struct report r = {0};
    int failed = c ? 0 : err_memory(e);
    *all = !failed;
    for (size_t i = 0; i < parts && !failed; i++) {
        failed = claim_weigh(s, claim_part(x->condition, i), &c[i], e);
        *all = *all && !failed && c[i].holds;
    }
    report_text(&r, "exercise", x->task);
    report_bool(&r, "solved", *all);
    report_open(&r, "parts", '[');
    for (size_t i = 0; i < parts && !failed; i++)
        add_part(&r, &c[i]);
    report_close(&r);
    for (size_t i = 0; i < parts && !failed; i++) {
        struct str *note = report_note(&r);
        str_add(note, *all         ? (i ? "        " : "solved: ")
                      : c[i].holds ? "  holds:   "
                                   : "  not yet: ");
        claim_wanted(&c[i], note);
        str_add(note, "\n");
    }
    mem_free(c);
    if (!failed && (!s->host->quiet || s->host->json || x->person))
        return report_show(s, &r, e);
    report_finish(&r);
    return failed ? -1 : 0;
}

/* With --json it comes with what became of it. */
static int tell_task(struct session *s, const struct exercise *x, struct err *e)
{
    struct str text = {0};
    if (s->host->json || s->host->quiet)
        return 0;
    str_addf(&text, "exercise: %s\n", x->task);
    return session_print(s, &text, e);
}

/* The braces, and the condition as a claim. */
static int prove(struct session *s, struct exercise *x, struct err *e)
{
    struct claim c;
    bool all;
    if (tell_task(s, x, e) || run_units_inside(s, x->body, e))
        return -1;
    if (s->quit || x->skipped)
        return 0;
    int failed = exercise_weigh(s, x, &c, e);
    if (!failed && !checking(s))
        failed = c.holds ? tell_parts(s, x, &all, e) : exercise_unsolved(&c, e);
    if (failed)
        note_before(s, x->body, x->body->count);
    return failed;
}

/* Where a person does it, what is wrong is shown, and what was done before is noted. */
static int run_typed(struct session *s, const struct script *typed, struct err *e)
{
    const struct line *last = s->journal->spelled_last;
    s->exercise->looked = false;
    /* `again` is the exercise's own. */
    if (typed->count == 1 && !statement_command(typed->statement) &&
        player_takes_there(s, typed, &s->exercise->skipped))
        return 0;
    const int failed = run_units(s, typed, e);
    if (failed)
        journal_spell_partial(s);
    if (failed && last == s->journal->spelled_last)
        s->exercise->looked = true;
    return failed;
}

/* Whether the condition holds; what it lacks is shown. Nothing is chosen for the person by that. */
static int look_at(struct session *s, const struct exercise *x, bool *all, struct err *e)
{
    struct err why = {0};
    int failed = tell_parts(s, x, all, &why);
    settle_chosen(s, false);
    if (!failed)
        return 0;
    *all = false;
    if (why.kind == ERR_MEMORY) {
        *e = why;
        return -1;
    }
    if (why.kind != ERR_STOPPED)
        out_addf(&s->host->out, "  not yet: %s\n", why.what);
    return 0;
}

static int coach_person(struct session *s, struct exercise *x, struct err *e)
{
    struct str words = {0};
    bool solved = false;
    int failed = tell_task(s, x, e);
    if (failed)
        return -1;
    str_add(&words, "until: ");
    node_print(&words, x->condition);
    str_add(&words, "\n(hint, solve, again, skip; Enter alone looks again)\n");
    failed = session_print(s, &words, e) || look_at(s, x, &solved, e);
    while (!failed && !solved && !x->skipped && !s->quit) {
        const int how = typed_ask(s, NULL, NULL, run_typed, e);
        failed = how < 0;
        if (!failed && !(how == 0 && x->looked) && !x->skipped && !s->quit)
            failed = look_at(s, x, &solved, e);
    }
    x->skipped = x->skipped || !solved;
    return failed ? -1 : 0;
}

/* Notes what the person did as the exercise's braces. */
static void spell_exercise(struct session *s, const struct exercise *x, const struct journal *was)
{
    struct journal *j = s->journal;
    struct statement head = *x->statement;
    struct str text = {0};
    struct line *done = j->spelled;
    struct err e;
    head.body = NULL;
    if (statement_text(s, &head, NULL, &text, &e))
        text.failed = true;
    str_add(&text, " {");
    for (const struct line *l = done; l; l = l->next)
        str_addf(&text, "%s %s", l == done ? "" : ";", l->text);
    str_add(&text, x->skipped ? (done ? "; skip }" : " skip }") : " }");
    lines_free(done);
    j->spelled = was->spelled;
    j->spelled_last = was->spelled_last;
    j->depth = was->depth;
    s->exercise = NULL;
    journal_spell_text(s, 1, "%s", text.failed ? "" : text.text);
    j->lost = j->lost || text.failed;
    j->exercises = was->exercises + 1;
    str_finish(&text);
}

/* The typed statements are units, which `undo` takes back one by one, wherever the exercise is. */
static int do_for_person(struct session *s, struct exercise *x, struct err *e)
{
    struct journal *j = s->journal;
    const struct journal was = *j;
    j->spelled = j->spelled_last = NULL;
    undone_forget(s);
    j->floor = j->count;
    j->bodies = 0;
    /* What was typed is noted as it is done, so a failure notes none of it. */
    j->exercises = 1;
    j->outer_exercises = 0;
    const int failed = coach_person(s, x, e);
    undone_forget(s);
    taken_drop_to(s, j->floor);
    j->floor = was.floor;
    j->bodies = was.bodies;
    j->outer_exercises = was.outer_exercises;
    spell_exercise(s, x, &was);
    return failed;
}

/* The hint in that place of the script; NULL: there is none. */
static const char *hint_at(const struct exercise *x, size_t place)
{
    if (!x->around || place >= x->around->count)
        return NULL;
    const struct statement *st = &x->around->statement[place];
    const struct command *c = statement_command(st);
    if (!c || !c->in_exercise || st->values != 1 || st->value[0]->kind != NODE_STRING)
        return NULL;
    return st->value[0]->text;
}

/* The hint of that number behind the exercise; NULL: there are fewer. */
static const char *find_hint(const struct exercise *x, size_t number)
{
    const char *text = NULL;
    for (size_t i = 0; i <= number; i++)
        if (!(text = hint_at(x, x->at + 1 + i)))
            return NULL;
    return text;
}

/* To a report of the session: what is to be done, with all hints. */
static void tell_begin(const struct session *s, const struct exercise *x)
{
    struct str piece = {0}, condition = {0};
    const char *hint;
    node_print(&condition, x->condition);
    bytes_put_text(&piece, x->task);
    bytes_put_text(&piece, condition.text);
    bytes_put_whole(&piece, x->person);
    for (size_t i = x->at + 1; (hint = hint_at(x, i)); i++)
        bytes_put_text(&piece, hint);
    piece.failed = piece.failed || condition.failed;
    session_tell(s, TOLD_TASK, &piece);
    str_finish(&condition);
    str_finish(&piece);
}

static void tell_end(const struct session *s)
{
    struct str piece = {0};
    str_add(&piece, "");
    session_tell(s, TOLD_DONE, &piece);
    str_finish(&piece);
}

int exercise_run(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *body = args_get(args, "body");
    struct exercise x = {.statement = s->statement,
                         .task = args_text(args, "task"),
                         .condition = args_get(args, "until")->as.exprs.item[0],
                         .body = body->given ? body->as.body : NULL,
                         .around = s->script,
                         .at = s->at,
                         .folder = s->folder,
                         .level = s->journal->level + 1,
                         .person = exercise_for_person(s)};
    if (check_exercise(s, &x, e) || snapshot_take(s, snapshot_parts(CHANGES_ALL), &x.start, e))
        return -1;
    s->exercise = &x;
    if (session_tells(s))
        tell_begin(s, &x);
    const int failed = s->grading ? grading_judge(s, &x, e)
                       : x.person ? do_for_person(s, &x, e)
                                  : prove(s, &x, e);
    s->exercise = NULL;
    s->task_ended = true;
    tell_end(s);
    snapshot_finish(s, &x.start);
    return failed;
}

/* In loops and files the statement around would have to be written, and taken back, in parts. */
static struct exercise *own_exercise(struct session *s, struct span where, struct err *e)
{
    struct exercise *x = s->exercise;
    const char *verb = s->statement->verb;
    if (!x) {
        err_at(e, where, "%s is for an exercise, and none goes on", verb);
        err_hint(e, "help exercise tells of it");
        return NULL;
    }
    if (s->journal->bodies || s->journal->level != x->level) {
        err_at(e, where, "%s stands by itself, not in { } or a file that source reads", verb);
        err_hint(e, "write it behind them");
        return NULL;
    }
    return x;
}

int exercise_hint(struct session *s, struct span where, struct err *e)
{
    struct exercise *x = own_exercise(s, where, e);
    struct str text = {0};
    if (!x)
        return -1;
    const char *hint = find_hint(x, x->hints);
    if (!hint) {
        err_at(e, where, x->hints ? "there is no further hint" : "there is no hint");
        return err_hint(e, x->body ? "solve shows what solves it, skip goes on" : "skip goes on");
    }
    x->hints++;
    x->looked = true;
    str_addf(&text, "hint: %s\n", hint);
    return session_report_words(s, "hint", &text, e);
}

int exercise_again(struct session *s, struct span where, struct err *e)
{
    struct exercise *x = own_exercise(s, where, e);
    if (!x || checking(s))
        return x ? 0 : -1;
    return snapshot_restore(s, &x->start, snapshot_parts(CHANGES_ALL), e);
}

static int show_statement(struct session *s, const struct statement *st, struct err *e)
{
    struct str text = {0};
    str_add(&text, "> ");
    step_statement(&text, s, st, "");
    str_add(&text, "\n");
    return session_print(s, &text, e);
}

int exercise_solve(struct session *s, struct span where, struct err *e)
{
    struct exercise *x = own_exercise(s, where, e);
    if (!x)
        return -1;
    if (!x->person || !x->body) {
        err_at(e, where,
               x->person ? "the exercise has no braces that would solve it"
                         : "solve is for a person who does the exercise");
        return err_hint(e, x->person ? "skip goes on without it" : "write what solves it");
    }
    if (exercise_again(s, where, e))
        return -1;
    journal_spell_text(s, 1, "again");
    const char *folder = s->folder;
    int failed = 0;
    s->folder = x->folder;
    for (size_t i = 0; i < x->body->count && !failed; i++) {
        const struct script one = {.statement = &x->body->statement[i], .count = 1};
        failed = show_statement(s, one.statement, e) || run_units_inside(s, &one, e);
        if (failed) {
            note_before(s, x->body, i);
            journal_done_text(s, 1, "again");
        }
    }
    s->folder = folder;
    return failed ? -1 : 0;
}

int exercise_skip(struct session *s, struct span where, struct err *e)
{
    struct exercise *x = own_exercise(s, where, e);
    if (!x)
        return -1;
    if (!x->person && s->at + 1 < s->script->count) {
        err_at(e, where, "skip ends an exercise: nothing behind it is done");
        return err_hint(e, "write it last in the braces");
    }
    x->skipped = true;
    return 0;
}
