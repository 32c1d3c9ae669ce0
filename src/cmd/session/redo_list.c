/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/redo_list.h"

#include "cmd/session/delta.h"
#include "cmd/session/past.h"
#include "cmd/session/state.h"

#include <string.h>

/* The parts of the state that a delta changes back. */
static unsigned delta_parts(const struct session *s, const struct delta *d)
{
    const bool list = d->models != s->models || d->current != s->current || d->first || d->name;
    const bool variables =
        d->variables != s->variables || d->definitions != s->definitions || d->replaced;
    return (list ? PART_MODELS : PART_MODEL) | (variables ? PART_VARIABLES : 0);
}

struct undone *undone_new(struct session *s, const struct taken *t, long times, struct err *e)
{
    struct undone *u = mem_new(1, sizeof *u);
    const unsigned parts = t->delta ? delta_parts(s, t->delta) : t->before.parts;
    if (!u) {
        err_memory(e);
        return NULL;
    }
    if (snapshot_take(s, parts, &u->after, e)) {
        mem_free(u);
        return NULL;
    }
    u->times = times;
    memcpy(u->text, t->text, sizeof u->text);
    return u;
}

void undone_drop(struct session *s, struct undone *u)
{
    snapshot_finish(s, &u->after);
    mem_free(u);
}

void undone_push(struct session *s, struct undone *u)
{
    u->older = s->journal->undone;
    s->journal->undone = u;
}

int undone_bring(struct session *s, struct err *e)
{
    struct undone *u = s->journal->undone;
    struct taken *t = taken_new(s, u->after.parts, false, u->text, e);
    if (!t)
        return -1;
    if (snapshot_restore(s, &u->after, u->after.parts, e)) {
        taken_drop(s, t);
        return -1;
    }
    taken_push(s, t, s->journal->depth);
    s->journal->undone = u->older;
    undone_drop(s, u);
    return 0;
}

void undone_forget(struct session *s)
{
    while (s->journal->undone) {
        struct undone *u = s->journal->undone;
        s->journal->undone = u->older;
        undone_drop(s, u);
    }
}
