/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo, redo. */
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/delta.h"
#include "cmd/session/exercise.h"
#include "cmd/session/journal.h"
#include "cmd/session/player.h"
#include "cmd/session/redo_list.h"
#include "cmd/session/state.h"

#include <math.h>

static int nothing_left(struct session *s, const struct args *args, struct err *e)
{
    err_at(e, args->where, "there is nothing to take back");
    if (exercise_waits(s))
        return err_hint(e, "undo takes back what was done in the exercise");
    if (s->player)
        return err_hint(e, "while a script is played, undo stays in its section; back goes on");
    if (s->journal->floor)
        return err_hint(e, "in a file that source reads, undo takes back what the file did");
    return err_hint(e, "undo takes back what changed models, data, settings or variables");
}

/* The record says it as often as a replay has to. */
static struct line *repeated_line(const char *verb, long times, long pushes)
{
    struct str text = {0};
    for (long i = 0; i < times; i++)
        str_addf(&text, "%s%s", i ? "; " : "", verb);
    struct line *l = text.failed || !text.text ? NULL : line_new(pushes, text.text);
    str_finish(&text);
    return l;
}

/* Whether lines of their own tell of statements here, and not the line of a file or a loop. */
static bool is_written(const struct session *s)
{
    return s->journal->level == 1 || exercise_waits(s);
}

/* Behind the lines of the same statement. */
static void add_extra(struct journal *j, struct line *l)
{
    struct line **end = &j->extra;
    while (*end)
        end = &(*end)->next;
    *end = l;
}

/* What was done of several when the next one fails is noted as of a statement half done. */
static int stopped_half_way(struct session *s)
{
    struct journal *j = s->journal;
    if (is_written(s)) {
        j->partial = j->extra;
        j->extra = NULL;
    }
    return -1;
}

static int not_in_bodies(const struct session *s, const struct args *args, struct err *e)
{
    if (!s->journal->bodies)
        return 0;
    err_at(e, args->where, "%s stands by itself, not in { }", args->entry->name);
    return err_hint(e, "what stands in { } is taken back as a whole");
}

/* `depth` is how long a replay's list is, of which lines that were made here are not in the journal
 * yet. */
static int take_newest_back(struct session *s, long *depth, struct err *e)
{
    struct journal *j = s->journal;
    struct taken *t = j->newest;
    const long times = *depth - t->depth, left = t->depth;
    struct undone *u;
    int failed = undone_new(s, t, times, &u, e);
    struct line *l = !failed && times > 0 ? repeated_line("undo", times, -times) : NULL;
    failed = failed || (times > 0 && !l) ? err_memory(e) : 0;
    if (!failed)
        failed = t->delta ? delta_take_back(s, t->delta, e)
                          : snapshot_restore(s, &t->before, t->before.parts, e);
    if (failed) {
        if (u)
            undone_drop(s, u);
        mem_free(l);
        return -1;
    }
    if (!t->delta)
        taken_put_sides(s);
    taken_take_out(s, t);
    undone_push(s, u);
    *depth = left;
    if (is_written(s) && l)
        add_extra(j, l);
    else
        mem_free(l);
    return 0;
}

/* The newest statements, which are about to be taken back: of several a list. */
static void report_taken(struct report *r, const struct taken *t, long count)
{
    if (count == 1) {
        report_text(r, "undo", t->text);
        report_say(r, "taken back: {undo}\n");
        return;
    }
    report_open(r, "undo", '[');
    struct str *shown = report_shown(r);
    const struct taken *one = t;
    for (long i = 0; i < count; i++, one = one->older)
        str_addf(shown, "taken back: %s\n", one->text);
    for (long i = 0; i < count; i++, t = t->older)
        report_text(r, NULL, t->text);
    report_close(r);
    report_say(r, "{undo}");
}

static int run_undo(struct session *s, const struct args *args, struct err *e)
{
    const struct journal *j = s->journal;
    const long count = args_whole(args, "statements");
    long there = 0, depth = j->depth;
    struct report r = {0};
    struct str text = {0};
    if (not_in_bodies(s, args, e))
        return -1;
    for (const struct taken *t = j->newest; t && t->number > j->floor && there < count;
         t = t->older)
        there++;
    if (!there)
        return nothing_left(s, args, e);
    if (there < count) {
        err_at(e, args_get(args, "statements")->where,
               "there %s %ld statement%s to take back, and not %ld", there == 1 ? "is" : "are",
               there, there == 1 ? "" : "s", count);
        return err_hint(e, "write undo %ld", there);
    }
    report_taken(&r, j->newest, count);
    /* Written before anything is set back: afterwards nothing may fail. */
    report_write(s, &r, &text);
    int failed = text.failed ? err_memory(e) : 0;
    for (long i = 0; i < count && !failed; i++)
        failed = take_newest_back(s, &depth, e);
    if (failed) {
        str_finish(&text);
        return stopped_half_way(s);
    }
    return session_report(s, &text, e);
}

static int run_redo(struct session *s, const struct args *args, struct err *e)
{
    struct journal *j = s->journal;
    struct undone *u = j->undone;
    struct report r = {0};
    struct str text = {0};
    if (not_in_bodies(s, args, e))
        return -1;
    if (!u) {
        err_at(e, args->where, "there is nothing to do again");
        return err_hint(e, "redo brings what undo took back, until something new is done");
    }
    const long times = u->times;
    report_text(&r, "redo", u->text);
    report_say(&r, "done again: {redo}\n");
    report_write(s, &r, &text);
    struct line *l = times > 0 ? repeated_line("redo", times, times) : NULL;
    int failed = text.failed || (times > 0 && !l) ? err_memory(e) : undone_bring(s, e);
    if (failed) {
        str_finish(&text);
        mem_free(l);
        return -1;
    }
    if (is_written(s) && l)
        add_extra(j, l);
    else
        mem_free(l);
    return session_report(s, &text, e);
}

static const struct arg_spec undo_args[] = {
    ARG("statements", POSITIONAL, ARG_WHOLE, .standard = "1", .min = 1, .max = 1e6,
        .line = "how many"),
};

const struct command command_undo = {
    COMMAND("undo", undo_args, "takes back the last statement that changed something",
            "Models, data, settings and variables are as they were before it, to the bit; said "
            "again, undo takes back the statement before; undo 3 takes back three. A loop, and a "
            "file that source reads, is one statement; so are the steps that run took between two "
            "statements. Files, records, marks and pictures stay as they are. As many of the "
            "newest statements can be taken back as fit into 64 MiB, the last one always. redo "
            "brings back what was taken back.",
            "data moons 50\ninput 2\ndense 4 tanh as h\ndense 1 sigmoid\ntrain 5\n"
            "set h.kernel = l2(1e-2)\ntrain 5\nundo\nundo\ntrain 5\n"),
    .run = run_undo,
    .stop_first = true,
    .unwritten = any_statement,
    .undoes = 1,
    .beyond_run = true,
};

const struct command command_redo = {
    COMMAND_ALONE("redo", "brings back what undo took back",
                  "The state is as it was before undo, to the bit; nothing is trained anew. Said "
                  "again, it brings back the statement that was taken back before. As soon as "
                  "something new is done, there is nothing to bring back any more. A thousand "
                  "statements can be brought back, fewer where their states take more than 64 MiB; "
                  "in a session of more than a thousand layers, calls, variables and models only "
                  "those that train or read data.",
                  "data moons 50\ninput 2\ndense 4 tanh as h\ndense 1 sigmoid\ntrain 5\n"
                  "train 5\nundo 2\nredo\nredo\n"),
    .run = run_redo,
    .stop_first = true,
    .unwritten = any_statement,
    .undoes = -1,
    .beyond_run = true,
};
