/* SPDX-License-Identifier: GPL-3.0-or-later */
/* undo. */
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/delta.h"
#include "cmd/session/exercise.h"
#include "cmd/session/journal.h"
#include "cmd/session/state.h"
#include "cmd/session/undo_list.h"

#include <math.h>

static int nothing_left(struct session *s, const struct args *args, struct err *e)
{
    err_at(e, args->where, "there is nothing to take back");
    if (exercise_waits(s))
        return err_hint(e, "undo takes back what was done in the exercise");
    if (s->journal->floor)
        return err_hint(e, "in a file that source reads, undo takes back what the file did");
    return err_hint(e, "undo takes back what changed models, data, settings or variables");
}

/* The record says it as often as a replay has to. */
static struct line *undo_line(long times)
{
    struct str text = {0};
    for (long i = 0; i < times; i++)
        str_add(&text, i ? "; undo" : "undo");
    struct line *l = text.failed || !text.text ? NULL : line_new(-times, text.text);
    str_finish(&text);
    return l;
}

static int run_undo(struct session *s, const struct args *args, struct err *e)
{
    struct journal *j = s->journal;
    struct taken *t = j->newest;
    struct report r = {0};
    struct str text = {0};
    if (j->bodies) {
        err_at(e, args->where, "undo stands by itself, not in { }");
        return err_hint(e, "what stands in { } is taken back as a whole");
    }
    if (!t || t->number <= j->floor)
        return nothing_left(s, args, e);
    report_text(&r, "undo", t->text);
    report_say(&r, "taken back: {undo}\n");
    /* Written before anything is set back: afterwards nothing may fail. */
    report_write(s, &r, &text);
    const long times = j->depth - t->depth;
    int failed = text.failed ? err_memory(e) : 0;
    if (!failed && (j->level == 1 || exercise_waits(s)) && times > 0 &&
        !(j->extra = undo_line(times)))
        failed = err_memory(e);
    if (!failed)
        failed = t->delta ? delta_take_back(s, t->delta, e)
                          : snapshot_restore(s, &t->before, t->before.parts, e);
    if (failed) {
        str_finish(&text);
        return -1;
    }
    if (!t->delta)
        taken_put_sides(s);
    taken_take_out(s, t);
    return session_report(s, &text, e);
}

const struct command command_undo = {
    COMMAND_ALONE("undo", "takes back the last statement that changed something",
                  "Models, data, settings and variables are as they were before it, to the bit; "
                  "said again, undo takes back the statement before. A loop, and a file that "
                  "source reads, is one statement; so are the steps that run took between two "
                  "statements. Files, records, marks and pictures stay as they are. As many of the "
                  "newest statements can be taken back as fit into 64 MiB, the last one always.",
                  "data moons 50\ninput 2\ndense 4 tanh as h\ndense 1 sigmoid\ntrain 5\n"
                  "set h.kernel = l2(1e-2)\ntrain 5\nundo\nundo\ntrain 5\n"),
    .run = run_undo,
    .stop_first = true,
    .unwritten = any_statement,
    .undoes = true,
    .beyond_run = true,
};
