/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/background_steps.h"

#include "cmd/session/jobs.h"
#include "cmd/session/journal.h"
#include "cmd/session/redo_list.h"
#include "cmd/session/state.h"
#include "cmd/session/steps_text.h"
#include "cmd/session/undo_list.h"

void segment_drop(struct session *s)
{
    struct segment *g = &s->journal->segment;
    if (g->taken)
        taken_drop(s, g->taken);
    mem_free(g->first);
    *g = (struct segment){0};
}

int segment_begin(struct session *s, struct err *e)
{
    struct segment *g = &s->journal->segment;
    segment_drop(s);
    if (!s->jobs)
        return 0;
    if (!(g->first = mem_new(s->jobs, sizeof *g->first))) {
        s->journal->lost = true;
        return err_memory(e);
    }
    for (size_t i = 0; i < s->jobs; i++)
        g->first[i] = session_job_model(s, i)->state.step;
    g->taken = taken_new(s, PART_MODELS, false, "", e);
    return g->taken ? 0 : -1;
}

/* The steps of each model, in one line. */
static long segment_text(const struct session *s, struct str *to)
{
    const struct segment *g = &s->journal->segment;
    long count = 0;
    for (size_t i = 0; g->first && i < s->jobs; i++) {
        const struct model *m = session_job_model(s, i);
        if (m->state.step == g->first[i])
            continue;
        str_add(to, count ? "; " : "");
        count += steps_text(to, m, g->first[i], s->models > 1);
    }
    return count;
}

int segment_end(struct session *s, struct err *e)
{
    struct segment *g = &s->journal->segment;
    struct str text = {0};
    const long count = segment_text(s, &text);
    struct line *l = count && !text.failed ? line_new(count, text.text) : NULL;
    if (count && !l) {
        str_finish(&text);
        return err_memory(e);
    }
    int failed = 0;
    if (l) {
        undone_forget(s);
        snapshot_touched(s, NULL);
        if (g->taken) {
            plain_text(text.text, g->taken->text, sizeof g->taken->text);
            taken_push(s, g->taken, s->journal->depth);
            g->taken = NULL;
        } else {
            taken_drop_to(s, 0);
        }
        failed = journal_append(s, l, e);
    }
    str_finish(&text);
    segment_drop(s);
    return failed;
}
