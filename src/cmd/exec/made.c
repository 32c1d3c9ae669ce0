/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/made.h"

#include "cmd/common/binder.h"
#include "cmd/exec/check.h"
#include "cmd/exec/exec.h"
#include "cmd/session/command.h"
#include "cmd/session/host.h"
#include "cmd/session/past.h"
#include "cmd/session/snapshot.h"
#include "cmd/session/state.h"
#include "cmd/session/statement_text.h"

/* The statements as lines of the journal, in their order; NULL and *e without memory. */
static struct line *made_lines(struct session *s, const struct script *script, struct err *e)
{
    struct line *first = NULL, **end = &first;
    for (size_t i = 0; i < script->count; i++) {
        const struct statement *st = &script->statement[i];
        struct str text = {0};
        const bool pushes = snapshot_parts(statement_changes(st)) != 0;
        if (!statement_text(s, st, NULL, &text, e))
            *end = line_new(pushes, text.text);
        str_finish(&text);
        if (!*end) {
            lines_free(first);
            err_memory(e);
            return NULL;
        }
        end = &(*end)->next;
    }
    return first;
}

/* In { } and in files the statement around it is written, which makes them again. */
static bool stands_alone(const struct session *s)
{
    return s->journal->level == 1 && !s->journal->bodies;
}

static int run_or_restore(struct session *s, const struct script *script, struct made *m,
                          struct err *e)
{
    struct snapshot before;
    struct journal *j = s->journal;
    struct line *lines = NULL;
    struct err back;
    if (stands_alone(s) && script->count && !(lines = made_lines(s, script, e)))
        return -1;
    if (snapshot_take(s, snapshot_parts(CHANGES_ALL), &before, e)) {
        lines_free(lines);
        return -1;
    }
    int failed = run_units_inside(s, script, e);
    failed = failed || (m->notes.size && session_report_words(s, m->verb, &m->notes, e)) ? -1 : 0;
    if (failed && !snapshot_restore(s, &before, before.parts, &back)) {
        lines_free(j->partial);
        j->partial = NULL;
    }
    snapshot_finish(s, &before);
    if (failed)
        lines_free(lines);
    else
        j->extra = lines;
    j->instead = lines && !failed;
    return failed;
}

static int run_text(struct session *s, struct made *m, struct err *e)
{
    struct arena arena = {0};
    struct script script;
    const struct parse_rules rules = session_parse_rules(s);
    const char *bytes = m->text.text ? m->text.text : "";
    const size_t size = m->text.size;
    const uint32_t source = sources_add(&s->sources, m->name, bytes, size, 1, m->where);
    if (source && checking(s) && !s->trying)
        return check_text(s, &(struct text){bytes, size, source}, run_units_inside, e);
    int failed = source ? 0 : err_memory(e);
    if (!failed && parse_script(&arena, bytes, size, source, &rules, &script, e) != PARSE_OK)
        failed = -1;
    if (!failed)
        failed = run_or_restore(s, &script, m, e);
    arena_finish(&arena);
    return failed;
}

int run_made(struct session *s, struct made *m, struct err *e)
{
    const int failed = m->text.failed ? err_memory(e) : run_text(s, m, e);
    str_finish(&m->text);
    str_finish(&m->notes);
    return failed;
}
