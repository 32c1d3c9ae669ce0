/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/exec.h"

#include "cmd/common/binder.h"
#include "cmd/common/defaults.h"
#include "cmd/exec/advice.h"
#include "cmd/exec/background_steps.h"
#include "cmd/exec/check.h"
#include "cmd/exec/grade.h"
#include "cmd/exec/step.h"
#include "cmd/session/exercise.h"
#include "cmd/session/given.h"
#include "cmd/session/jobs.h"
#include "cmd/session/journal.h"
#include "cmd/session/player.h"
#include "cmd/session/record.h"
#include "cmd/session/redo_list.h"
#include "cmd/session/state.h"
#include "cmd/session/statement_text.h"
#include "cmd/session/transcript.h"
#include "cmd/session/undo_list.h"
#include "cmd/session/warn.h"
#include "cmd/session/words.h"

#include "nn/layer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void journal_finish(struct session *s)
{
    struct journal *j = s->journal;
    struct err e = {0};
    if (!j)
        return;
    if (segment_end(s, &e))
        session_warn(s, "%s; %s", e.what, e.hint);
    segment_drop(s);
    record_end(s);
    undone_forget(s);
    taken_drop_to(s, 0);
    snapshot_touched(s, NULL);
    lines_free(j->first);
    lines_free(j->chosen);
    lines_free(j->partial);
    lines_free(j->extra);
    mem_free(j);
    s->journal = NULL;
}

/* What is kept of a statement while it is carried out. */
struct unit {
    struct line *line;
    struct taken *taken;
    long depth; /* how long a replay's list was before */
};

bool holds_exercise(const struct statement *st)
{
    const struct command *c = statement_command(st);
    bool holds = c && c->coaches;
    for (size_t i = 0; st->body && i < st->body->count && !holds; i++)
        holds = holds_exercise(&st->body->statement[i]);
    return holds;
}

static void unit_drop(struct session *s, struct unit *u)
{
    mem_free(u->line);
    if (u->taken)
        taken_drop(s, u->taken);
    *u = (struct unit){0};
}

static int unit_begin(struct session *s, const struct statement *st, struct unit *u, struct err *e)
{
    struct journal *j = s->journal;
    struct str text = {0};
    const struct command *c = statement_command(st);
    *u = (struct unit){.depth = j->depth};
    const unsigned parts = snapshot_parts(statement_changes(st));
    if (statement_text(s, st, &s->host->stop, &text, e))
        return -1;
    int failed = 0;
    if (j->level == 0 && statement_is_written(c, st) &&
        !(u->line = line_new(parts != 0, text.text)))
        failed = err_memory(e);
    const bool small = !c || (c->small && c->small(st));
    if (!failed && parts && !(u->taken = taken_new(s, parts, small, text.text, e)))
        failed = -1;
    str_finish(&text);
    if (!failed)
        failed = journal_note_figures(s, st, e);
    if (failed) {
        unit_drop(s, u);
        return -1;
    }
    if (j->level++ == 0) {
        j->whole = !st->body && !(c && c->changes == CHANGES_ALL);
        j->before = u->taken && !u->taken->delta ? &u->taken->before : NULL;
        j->spells = exercise_for_person(s) && ((c && c->coaches) || holds_exercise(st));
    }
    j->delta = u->taken ? u->taken->delta : NULL;
    return 0;
}

/* Writes down what was done; returns -1 if the record could not take it. */
static int write_unit(struct session *s, struct unit *u, bool failed, struct err *e)
{
    struct journal *j = s->journal;
    struct err own = {0};
    int bad = 0;
    if (!failed || j->partial || j->exercises)
        bad = journal_append_list(s, &j->chosen, &own);
    if (j->exercises)
        bad = journal_append_list(s, &j->spelled, &own) || bad;
    if (failed)
        bad = journal_append_list(s, &j->partial, &own) || bad;
    else if (u->line && !j->exercises && !j->instead)
        bad = journal_append(s, u->line, &own) || bad;
    if (!failed && j->extra)
        bad = journal_append_list(s, &j->extra, &own) || bad;
    if (!failed && !j->exercises && !j->instead)
        u->line = NULL;
    journal_forget_lists(j);
    /* One error is enough: what failed itself is told by its own. */
    if (bad && failed)
        session_warn(s, "%s; %s", own.what, own.hint);
    else if (bad)
        *e = own;
    return bad && !failed ? -1 : 0;
}

static int unit_end(struct session *s, struct unit *u, int failed, struct err *e)
{
    struct journal *j = s->journal;
    const bool top = --j->level == 0;
    j->delta = NULL;
    /* A script that failed half way has changed something; so has an interrupted train. */
    const bool done = (top && j->exercises) || ((top || exercise_waits(s)) && j->partial);
    if (u->taken && (!failed || done)) {
        undone_forget(s);
        taken_push(s, u->taken, u->depth);
        u->taken = NULL;
    }
    if (top) {
        j->before = NULL;
        failed = write_unit(s, u, failed != 0, e) || failed ? -1 : 0;
    }
    unit_drop(s, u);
    return failed;
}

/* At the prompt, when the person wants to know. */
static void tell_time(const struct session *s, const struct statement *st, double began)
{
    if (s->ways.timer && s->typed && st->where.source == s->typed && !s->journal->level)
        session_notice(s, "%s: %.3f s", st->verb, session_clock(s) - began);
}

static int run_unit(struct session *s, const struct statement *written, struct err *e)
{
    struct unit u;
    struct given_way way;
    const struct statement *st = given_instead(s, written, &way);
    struct err ignored;
    const struct command *c = statement_command(st);
    const bool aside = c && c->aside;
    const double began = session_clock(s);
    int failed = !aside && s->jobs && segment_end(s, e) ? -1 : unit_begin(s, st, &u, e);
    if (!failed)
        failed = unit_end(s, &u, run_statement(s, st, e), e);
    tell_time(s, st, began);
    /* Without memory for it, what comes cannot be taken back; training goes on. */
    if (!aside && s->jobs)
        segment_begin(s, &ignored);
    return failed;
}

void note_before(struct session *s, const struct script *script, size_t count)
{
    while (count > 0 && !journal_keeps_spelled(s))
        journal_done(s, &script->statement[--count]);
}

/* With --check all that is wrong is told, so what is wrong is no end. */
static int step_and_run(struct session *s, const struct script *script, size_t i,
                        int (*run)(struct session *, const struct statement *, struct err *),
                        struct err *e)
{
    const struct statement *st = &script->statement[i];
    if (stop_check(&s->host->stop, e))
        return -1;
    if ((s->host->step || s->player) && step_before(s, script, i, e))
        return -1;
    if (s->quit || (s->player && s->player->order != ORDER_ON))
        return 0;
    const struct script *outer = s->script;
    const size_t outer_at = s->at;
    const uint64_t exercises = s->journal->outer_exercises;
    const struct spelled_place place = journal_spelled_place(s);
    s->journal->outer_exercises = place.exercises;
    s->script = script;
    s->at = i;
    if (run == run_unit)
        session_tell_statement(s, script, i);
    int failed = run(s, st, e);
    if (failed && s->grading && !s->exercise && e->kind == ERR_EXPECT) {
        grading_pass_over(s, e);
        failed = 0;
    }
    s->script = outer;
    s->at = outer_at;
    s->journal->outer_exercises = exercises;
    if (failed)
        journal_unspell(s, &place);
    else
        journal_spell(s, st, &place);
    return checking(s) && !s->trying ? check_goes_on(s, st, failed, e) : failed;
}

int run_unit_at(struct session *s, const struct script *script, size_t i, struct err *e)
{
    return step_and_run(s, script, i, run_unit, e);
}

int run_units(struct session *s, const struct script *script, struct err *e)
{
    for (size_t i = 0; i < script->count && !s->quit; i++)
        if (run_unit_at(s, script, i, e)) {
            if (s->journal->level)
                note_before(s, script, i);
            return -1;
        }
    return 0;
}

int run_units_inside(struct session *s, const struct script *script, struct err *e)
{
    struct journal *j = s->journal;
    const uint64_t outer = j->floor, floor = j->count;
    const unsigned bodies = j->bodies;
    /* A file's statements are units of their own, also where a loop reads it. */
    j->floor = floor;
    j->bodies = 0;
    undone_forget(s);
    const int failed = run_units(s, script, e);
    taken_drop_to(s, floor);
    j->floor = outer;
    j->bodies = bodies;
    return failed;
}

int run_body(struct session *s, const struct script *body, struct err *e)
{
    int failed = 0;
    s->journal->bodies++;
    for (size_t i = 0; i < body->count && !s->quit && !failed; i++) {
        failed = step_and_run(s, body, i, run_statement, e);
        if (failed)
            note_before(s, body, i);
    }
    s->journal->bodies--;
    return failed ? -1 : 0;
}

static int unknown_verb(const struct session *s, const struct statement *st, struct err *e)
{
    const struct graph *g = current_model(s)->graph;
    struct nearest near = {0};
    nearest_in_table(&near, st->verb, &command_table);
    nearest_in_table(&near, st->verb, &layer_kinds);
    for (size_t i = 0; i < g->layers; i++)
        nearest_try(&near, st->verb, g->layer[i].name);
    err_at(e, st->verb_where, "no verb or layer \"%s\"", st->verb);
    return advise_verb(s, st, &near, e);
}

/* In the { } of a sweep. */
static int beyond_run(const struct statement *st, struct err *e)
{
    err_at(e, st->verb_where, "%s reaches beyond one run: it cannot stand in a sweep's { }",
           st->verb);
    return err_hint(e, "write it before or after the sweep; models of the runs stay, and results "
                       "has their figures");
}

static int run_bound(struct session *s, const struct statement *st, struct arena *arena,
                     struct err *e)
{
    struct binder b = session_binder(s, arena);
    const struct command *command = statement_command(st);
    const struct entry *entry = command ? &command->entry : NULL;
    const struct layer_kind *kind =
        entry ? NULL : (const struct layer_kind *)table_find(&layer_kinds, st->verb);
    const id layer = entry || kind ? NOTHING : graph_find_layer(current_model(s)->graph, st->verb);
    if (session_running(s) && (kind || layer != NOTHING || (command && command->stop_first))) {
        err_at(e, st->verb_where, "%s cannot be done while training runs", st->verb);
        return err_hint(e, "stop first: stop");
    }
    if (s->sweep && command && command->beyond_run)
        return beyond_run(st, e);
    if (!entry && !kind && layer == NOTHING)
        return unknown_verb(s, st, e);
    if (!command)
        command = &command_layer;
    if (command->read)
        return command->read(s, st, e);
    const struct args *args = bind_statement(&b, st, entry, e);
    return args ? command->run(s, args, e) : -1;
}

int run_statement(struct session *s, const struct statement *st, struct err *e)
{
    struct arena arena = {0};
    struct model *current = current_model(s);
    const struct statement *outer = s->statement;
    s->statement = st;
    s->behind_task = s->task_ended;
    s->task_ended = false;
    int failed = run_bound(s, st, &arena, e);
    settle_chosen(s, !failed);
    journal_touched(s, st, current);
    s->statement = outer;
    arena_finish(&arena);
    if (failed && !*s->wrong_verb)
        snprintf(s->wrong_verb, sizeof s->wrong_verb, "%s", st->verb);
    return failed ? err_place(e, st->where) : 0;
}
