/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/redo_list.h"

#include "cmd/session/delta.h"
#include "cmd/session/past.h"
#include "cmd/session/state.h"

#include <string.h>

/* How many can be brought again; and how many layers, calls, variables and models a session may
 * have for a small one to be kept. */
enum { REDO_MOST = 1000, REDO_PARTS_MOST = 1000 };

/* The parts of the state that a delta changes back. */
static unsigned delta_parts(const struct session *s, const struct delta *d)
{
    const bool list = d->models != s->models || d->current != s->current || d->first || d->name;
    const bool variables =
        d->variables != s->variables || d->definitions != s->definitions || d->replaced;
    return (list ? PART_MODELS : PART_MODEL) | (variables ? PART_VARIABLES : 0);
}

static bool is_large(const struct session *s)
{
    const struct graph *g = s->model[s->current]->graph;
    return g->layers + g->calls + s->variables + s->models > REDO_PARTS_MOST;
}

int undone_new(struct session *s, const struct taken *t, long times, struct undone **to,
               struct err *e)
{
    const unsigned parts = t->delta ? delta_parts(s, t->delta) : t->before.parts;
    *to = NULL;
    if (t->delta && is_large(s))
        return 0;
    struct undone *u = mem_new(1, sizeof *u);
    if (!u)
        return err_memory(e);
    if (snapshot_take(s, parts, &u->after, e)) {
        mem_free(u);
        return -1;
    }
    u->times = times;
    memcpy(u->text, t->text, sizeof u->text);
    *to = u;
    return 0;
}

void undone_drop(struct session *s, struct undone *u)
{
    snapshot_finish(s, &u->after);
    mem_free(u);
}

/* Those behind the first `count`. */
static void drop_behind(struct session *s, size_t count)
{
    struct undone **at = &s->journal->undone;
    for (; *at && count; count--)
        at = &(*at)->older;
    while (*at) {
        struct undone *u = *at;
        *at = u->older;
        undone_drop(s, u);
    }
}

void undone_push(struct session *s, struct undone *u)
{
    if (!u) {
        undone_forget(s);
        return;
    }
    u->older = s->journal->undone;
    s->journal->undone = u;
    for (size_t kept = REDO_MOST; s->journal->copies > undo_bytes_most() && kept; kept /= 2)
        drop_behind(s, kept);
    drop_behind(s, REDO_MOST);
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
    drop_behind(s, 0);
}
