/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/grade.h"

#include "cmd/common/binder.h"
#include "cmd/common/claim.h"
#include "cmd/exec/advice.h"
#include "cmd/exec/exec.h"
#include "cmd/exec/exercise.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/exercise.h"
#include "cmd/session/state.h"

#include "base/plain.h"
#include "lang/bind.h"
#include "lang/parse.h"

#include <string.h>

enum result { NOT_REACHED, SOLVED, NOT_SOLVED, NO_ANSWER, SKIPPED, BROKEN, LEFT, LATE };
static const char *const results[] = {"not reached", "solved", "not solved", "no answer",
                                      "skipped",     "error",  "quit",       "out of time"};

struct graded {
    struct span where;
    struct str task, why; /* one line each */
    enum result result;
};

/* The n-th exercise of the lesson, or one with that task. */
struct given {
    long number; /* 0: of a record */
    const char *task;
    const struct script *body;
    struct span where;
    bool used;
};

struct grading {
    struct host host; /* what a lesson sees of the world: nobody is there, and nothing is written */
    const struct host *outer;
    double limit, deadline; /* 0: none */
    struct arena arena;
    struct given *given;
    size_t givens, given_room;
    struct graded *row;
    size_t rows, room;
};

static void write_nothing(void *self, const char *bytes, size_t n)
{
    (void)self, (void)bytes, (void)n;
}

static bool is_late(const struct grading *g)
{
    return g->deadline > 0 && g->outer->clock(g->outer->self) > g->deadline;
}

static bool grade_stops(void *self)
{
    const struct grading *g = self;
    return stop_asked(&g->outer->stop) || is_late(g);
}

static bool grade_tick(void *self, const struct progress *p)
{
    const struct grading *g = self;
    (void)p;
    return g->outer->tick(g->outer->self, NULL) && !is_late(g);
}

static double grade_clock(void *self)
{
    const struct grading *g = self;
    return g->outer->clock(g->outer->self);
}

static bool grade_ask(void *self, const char *hint)
{
    (void)self, (void)hint;
    return true;
}

static bool grade_wait(void *self)
{
    const struct grading *g = self;
    return g->outer->wait(g->outer->self) && !is_late(g);
}

static void grade_picture(void *self, const char *text, size_t n)
{
    (void)self, (void)text, (void)n;
}

static void host_begin(struct grading *g, struct session *s)
{
    g->outer = s->host;
    g->host = *s->host;
    g->host.self = g;
    g->host.person = g->host.watched = g->host.step = g->host.json = false;
    g->host.quiet = true;
    g->host.listener = NULL;
    g->host.plot = "none";
    g->host.out = (struct out){write_nothing, NULL};
    g->host.stop = (struct stop){.asked = grade_stops, .self = g};
    g->host.tick = grade_tick;
    g->host.clock = grade_clock;
    g->host.ask = grade_ask;
    g->host.wait = grade_wait;
    g->host.picture = grade_picture;
    s->host = &g->host;
}

static int add_given(struct grading *g, struct given a, struct err *e)
{
    if (mem_room(&g->given, &g->given_room, g->givens + 1, sizeof *g->given))
        return err_memory(e);
    g->given[g->givens++] = a;
    return 0;
}

/* A statement of the answers: answer N { }, or in a record exercise TASK { }. */
static int take_answer(struct session *s, const struct statement *st, struct err *e)
{
    struct grading *g = s->grading;
    struct binder b = session_binder(s, &g->arena);
    const struct command *c = statement_command(st);
    const struct args *args = bind_statement(&b, st, &c->entry, e);
    if (!args)
        return -1;
    struct given a = {.body = args_get(args, "body")->as.body, .where = st->verb_where};
    if (c->coaches) {
        a.task = args_text(args, "task");
        return a.body ? add_given(g, a, e) : 0;
    }
    a.number = args_whole(args, "number");
    for (size_t i = 0; i < g->givens; i++)
        if (g->given[i].number == a.number) {
            err_at(e, st->verb_where, "there are two answers %ld", a.number);
            return err_hint(e, "give one for each exercise");
        }
    return add_given(g, a, e);
}

static bool is_answer(const struct statement *st)
{
    const struct command *c = statement_command(st);
    return c && strcmp(c->entry.name, "answer") == 0;
}

/* A record has other statements than its exercises: they are the lesson's own. */
static int take_answers(struct session *s, const struct script *script, struct err *e)
{
    bool numbered = false;
    for (size_t i = 0; i < script->count && !numbered; i++)
        numbered = is_answer(&script->statement[i]);
    for (size_t i = 0; i < script->count; i++) {
        const struct statement *st = &script->statement[i];
        const struct command *c = statement_command(st);
        if (numbered && !is_answer(st)) {
            err_at(e, st->verb_where, "%s stands beside answers, and would not be done", st->verb);
            return err_hint(e, "put it into the { } of an answer that needs it");
        }
        if ((numbered || (c && c->coaches && st->body)) && take_answer(s, st, e))
            return -1;
    }
    if (!s->grading->givens) {
        err_at(e, (struct span){0}, "there is no answer in the file of answers");
        return err_hint(e, "write answer 1 { ... }, or give what record wrote of the lesson");
    }
    return 0;
}

static int read_answers(struct session *s, const char *name, const char *text, size_t size,
                        struct err *e)
{
    struct script script = {0};
    const struct parse_rules rules = session_parse_rules(s);
    const uint32_t source = sources_add(&s->sources, name, text, size, 1, (struct span){0});
    if (!source)
        return err_memory(e);
    if (parse_script(&s->grading->arena, text, size, source, &rules, &script, e) == PARSE_OK)
        return take_answers(s, &script, e);
    advise_text(s, e);
    return -1;
}

enum outcome session_grade(struct session *s, const char *name, const char *text, size_t size,
                           double limit)
{
    struct err e = {0};
    if (!(s->grading = mem_new(1, sizeof *s->grading))) {
        err_memory(&e);
        return show_error(s, &e);
    }
    s->grading->limit = limit;
    if (read_answers(s, name, text, size, &e)) {
        const enum outcome how = show_error(s, &e);
        grading_finish(s);
        return how;
    }
    host_begin(s->grading, s);
    return OUTCOME_OK;
}

void grading_finish(struct session *s)
{
    struct grading *g = s->grading;
    if (!g)
        return;
    if (g->outer)
        s->host = g->outer;
    for (size_t i = 0; i < g->rows; i++) {
        str_finish(&g->row[i].task);
        str_finish(&g->row[i].why);
    }
    mem_free(g->row);
    mem_free(g->given);
    arena_finish(&g->arena);
    mem_free(g);
    s->grading = NULL;
}

/* The row of the exercise that stands there, made when there is none; NULL without memory. */
static struct graded *row_of(struct grading *g, struct span where, const char *task)
{
    for (size_t i = 0; i < g->rows; i++)
        if (memcmp(&g->row[i].where, &where, sizeof where) == 0)
            return &g->row[i];
    if (mem_room(&g->row, &g->room, g->rows + 1, sizeof *g->row))
        return NULL;
    struct graded *row = &g->row[g->rows];
    *row = (struct graded){.where = where};
    plain_line(&row->task, task);
    if (row->task.failed) {
        str_finish(&row->task);
        return NULL;
    }
    g->rows++;
    return row;
}

static int list_exercises(struct grading *g, const struct script *script, struct err *e)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct statement *st = &script->statement[i];
        const struct command *c = statement_command(st);
        const bool text = st->values == 1 && st->value[0]->kind == NODE_STRING;
        if (c && c->coaches && st->body && text && !row_of(g, st->where, st->value[0]->text))
            return err_memory(e);
        if (st->body && list_exercises(g, st->body, e))
            return -1;
    }
    return 0;
}

int grading_list(struct session *s, const struct script *lesson, struct err *e)
{
    return list_exercises(s->grading, lesson, e);
}

/* In a record each turn of a loop has an exercise of its own; the last one is for all further
 * turns.
 */
static const struct script *answer_to(struct grading *g, const struct graded *row, const char *task)
{
    const long number = row - g->row + 1;
    struct given *found = NULL;
    for (size_t i = 0; i < g->givens && !(found && !found->used); i++) {
        struct given *a = &g->given[i];
        if (a->number ? a->number == number : strcmp(a->task, task) == 0)
            found = a;
    }
    if (!found)
        return NULL;
    found->used = true;
    return found->body;
}

/* The first line of an error, without its end. */
static void say_error(const struct session *s, const struct err *wrong, struct str *to)
{
    struct str text = {0};
    sources_explain(&s->sources, wrong, &text);
    if (text.size)
        text.text[strcspn(text.text, "\n")] = 0;
    plain_line(to, text.size ? text.text : "");
    to->failed = to->failed || text.failed;
    str_finish(&text);
}

/* What an answer came to, and why; -1 and *e when grading cannot go on. */
static int try_answer(struct session *s, struct exercise *x, const struct script *answer,
                      enum result *result, struct str *why, struct err *e)
{
    struct grading *g = s->grading;
    struct err wrong = {0};
    struct claim c = {0};
    g->deadline = g->limit > 0 ? g->outer->clock(g->outer->self) + g->limit : 0;
    int failed = run_units_inside(s, answer, &wrong);
    const bool left = s->quit, skipped = x->skipped;
    s->quit = x->skipped = false;
    if (!failed && !left && !skipped)
        failed = exercise_weigh(s, x, &c, &wrong);
    const bool late = is_late(g);
    g->deadline = 0;
    if (failed && (wrong.kind == ERR_MEMORY || (wrong.kind == ERR_STOPPED && !late))) {
        *e = wrong;
        return -1;
    }
    *result = failed && wrong.kind == ERR_STOPPED ? LATE
              : failed                            ? BROKEN
              : left                              ? LEFT
              : skipped                           ? SKIPPED
              : c.holds                           ? SOLVED
                                                  : NOT_SOLVED;
    if (*result == BROKEN)
        say_error(s, &wrong, why);
    else if (*result == NOT_SOLVED)
        claim_wanted(&c, why);
    else if (*result == LATE)
        str_addf(why, "it took longer than %g s", g->limit);
    else if (*result == LEFT)
        str_add(why, "the answer says quit");
    return why->failed ? err_memory(e) : 0;
}

/* The lesson's own braces, which must hold. */
static int do_own(struct session *s, struct exercise *x, struct err *e)
{
    struct claim c = {0};
    if (snapshot_restore(s, &x->start, snapshot_parts(CHANGES_ALL), e) ||
        run_units_inside(s, x->body, e))
        return -1;
    const bool skipped = x->skipped;
    x->skipped = false;
    if (s->quit || skipped)
        return 0;
    if (exercise_weigh(s, x, &c, e))
        return -1;
    if (c.holds)
        return 0;
    exercise_unsolved(&c, e);
    /* That is wrong with the lesson, and no fault of an answer. */
    e->kind = e->kind == ERR_EXPECT ? ERR_INPUT : e->kind;
    return -1;
}

int grading_judge(struct session *s, struct exercise *x, struct err *e)
{
    struct grading *g = s->grading;
    struct graded *row = row_of(g, x->statement->where, x->task);
    struct str why = {0};
    enum result result = NO_ANSWER;
    if (!row)
        return err_memory(e);
    const struct script *answer = answer_to(g, row, x->task);
    if (answer && try_answer(s, x, answer, &result, &why, e)) {
        str_finish(&why);
        return -1;
    }
    /* In a loop each turn must be solved. */
    if (row->result == NOT_REACHED || row->result == SOLVED) {
        str_finish(&row->why);
        row->result = result;
        row->why = why;
    } else {
        str_finish(&why);
    }
    return result == SOLVED ? 0 : do_own(s, x, e);
}

void grading_pass_over(struct session *s, struct err *e)
{
    struct str text = {0};
    say_error(s, e, &text);
    str_add(&text, "; passed over, as it may be so after the answers\n");
    out_add(&s->grading->outer->err, text.failed ? "nnr: not enough memory\n" : text.text);
    str_finish(&text);
}

/* Answers that no exercise asked for. */
static int check_used(const struct grading *g, struct err *e)
{
    for (size_t i = 0; i < g->givens; i++) {
        const struct given *a = &g->given[i];
        const bool reached = a->number && (size_t)a->number <= g->rows;
        if (a->used || reached)
            continue;
        if (a->number)
            err_at(e, a->where, "there is no exercise %ld: the lesson has %zu", a->number, g->rows);
        else
            err_at(e, a->where, "the lesson has no exercise \"%.200s\"", a->task);
        return err_hint(e, a->number ? "exercises are counted from 1 in the order of the lesson"
                                     : "is it a record of this lesson?");
    }
    return 0;
}

/* Finishes the report. */
static void tell_line(const struct session *s, struct report *r, const char *verb,
                      struct span where)
{
    const struct grading *g = s->grading;
    struct str text = {0}, object = {0};
    if (g->outer->json) {
        report_render_json(r, &object);
        if (!object.failed)
            session_object(s, verb, where, object.text, strcspn(object.text, "\n"), &text);
    } else {
        report_render_text(r, &text);
    }
    out_add(&g->outer->out, text.failed || !text.size ? "" : text.text);
    str_finish(&text);
    str_finish(&object);
    report_finish(r);
}

static void tell_row(const struct session *s, size_t i)
{
    const struct grading *g = s->grading;
    struct report r = {0};
    const struct graded *row = &g->row[i];
    report_number(&r, "exercise", (double)(i + 1));
    report_text(&r, "result", results[row->result]);
    report_bool(&r, "solved", row->result == SOLVED);
    report_text(&r, "task", row->task.text ? row->task.text : "");
    if (row->why.size)
        report_text(&r, "why", row->why.text);
    report_say(&r, row->why.size ? "{exercise} {result}: {task} ({why})\n"
                                 : "{exercise} {result}: {task}\n");
    tell_line(s, &r, "exercise", row->where);
}

static void tell_total(const struct session *s, size_t solved)
{
    const struct grading *g = s->grading;
    struct report r = {0};
    report_number(&r, "solved", (double)solved);
    report_number(&r, "exercises", (double)g->rows);
    report_say(&r, "{solved} of {exercises exercise} solved\n");
    tell_line(s, &r, NULL, (struct span){0});
}

enum outcome session_grades(struct session *s, enum outcome how)
{
    struct grading *g = s->grading;
    struct err e = {0};
    size_t solved = 0;
    s->host = g->outer;
    for (size_t i = 0; i < g->rows; i++) {
        solved += g->row[i].result == SOLVED;
        tell_row(s, i);
    }
    tell_total(s, solved);
    const bool ended = how == OUTCOME_OK || how == OUTCOME_QUIT;
    if (ended && check_used(g, &e))
        how = show_error(s, &e);
    else if (ended)
        how = solved == g->rows ? OUTCOME_OK : OUTCOME_EXPECT;
    grading_finish(s);
    return how;
}
