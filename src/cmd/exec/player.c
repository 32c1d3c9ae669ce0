/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/player.h"

#include "cmd/common/binder.h"
#include "cmd/exec/exec.h"
#include "cmd/exec/orders.h"
#include "cmd/session/delta.h"
#include "cmd/session/jobs.h"
#include "cmd/session/journal.h"
#include "cmd/session/player.h"
#include "cmd/session/redo_list.h"
#include "cmd/session/state.h"
#include "cmd/session/undo_list.h"
#include "cmd/session/words.h"

#include "lang/parse.h"
#include "train/emulate.h"

#include <stdio.h>
#include <string.h>

/* Where a section begins: the first without a heading, if anything stands before the first. */
static bool begins_section(const struct script *script, size_t i)
{
    return i == 0 || strcmp(script->statement[i].verb, "section") == 0;
}

static void name_section(struct player_section *to, const struct statement *st)
{
    struct str text = {0};
    if (strcmp(st->verb, "section") == 0 && st->values && st->value[0]->kind == NODE_STRING)
        str_add(&text, st->value[0]->text);
    plain_text(text.text ? text.text : "", to->name, sizeof to->name);
    str_finish(&text);
}

static int find_sections(struct player *p, struct err *e)
{
    size_t count = 0;
    for (size_t i = 0; i < p->script->count; i++)
        count += begins_section(p->script, i);
    if (!(p->section = mem_new(count, sizeof *p->section)))
        return err_memory(e);
    for (size_t i = 0; i < p->script->count; i++)
        if (begins_section(p->script, i)) {
            struct player_section *to = &p->section[p->sections++];
            to->at = i;
            name_section(to, &p->script->statement[i]);
        }
    return 0;
}

/* A statement of the player's own, which a record has as it has any other. */
static int run_own(struct session *s, const char *text, struct err *e)
{
    struct arena arena = {0};
    struct script script;
    const struct parse_rules rules = session_parse_rules(s);
    const uint32_t outer = s->typed;
    const unsigned level = s->journal->level;
    const uint32_t source =
        sources_add(&s->sources, "<lesson>", text, strlen(text), 1, (struct span){0});
    s->typed = source;
    s->journal->level = 0;
    int failed = source ? 0 : err_memory(e);
    if (!failed)
        failed = parse_script(&arena, text, strlen(text), source, &rules, &script, e) != PARSE_OK ||
                 run_units(s, &script, e);
    s->journal->level = level;
    s->typed = outer;
    arena_finish(&arena);
    return failed ? -1 : 0;
}

/* A mark for `back` is set before the section's heading. */
static int enter_section(struct session *s, struct player *p, struct err *e)
{
    char text[40];
    size_t n = 0;
    while (n + 1 < p->sections && p->section[n + 1].at <= p->at)
        n++;
    /* What is typed at the prompt is no section, even where --step holds. */
    if (p->section[n].at != p->at || p->script->statement[0].where.source == s->typed)
        return 0;
    p->now = n;
    p->hurries = false;
    snprintf(text, sizeof text, "mark section_%zu", n + 1);
    if (run_own(s, text, e))
        return -1;
    struct player_section *to = &p->section[n];
    const struct journal *j = s->journal;
    to->seen = true;
    to->number = j->newest ? j->newest->number : 0;
    to->depth = j->depth;
    return 0;
}

/* Takes back what undo takes back and is newer than the section. Where so much was done that undo
 * has lost a part of it, a replay keeps the variables, as the mark does. */
static int take_back(struct session *s, const struct player_section *to, struct err *e)
{
    struct journal *j = s->journal;
    struct str text = {0};
    if (!j->oldest || j->oldest->depth > to->depth || j->depth <= to->depth)
        return 0;
    for (long i = j->depth; i > to->depth; i--)
        str_add(&text, i < j->depth ? "; undo" : "undo");
    struct line *l = text.failed ? NULL : line_new(to->depth - j->depth, text.text);
    str_finish(&text);
    if (!l || journal_append(s, l, e))
        return l ? -1 : err_memory(e);
    undone_forget(s);
    while (j->newest && j->newest->number > to->number) {
        struct taken *t = j->newest;
        if (t->delta ? delta_take_back(s, t->delta, e)
                     : snapshot_restore(s, &t->before, t->before.parts, e))
            return -1;
        if (!t->delta)
            taken_put_sides(s);
        taken_take_out(s, t);
    }
    return 0;
}

/* Whether a lesson can begin: variables may be its parameters. */
static bool is_empty(const struct session *s)
{
    return s->models == 1 && !current_model(s)->graph->values && !s->has_data && !s->definitions &&
           s->emulation == emulations.row[0] && !s->ignores_frozen;
}

int player_clear(struct session *s, struct err *e)
{
    const struct player_section start = {0};
    const struct journal *j = s->journal;
    char text[40];
    if (is_empty(s))
        return 0;
    snprintf(text, sizeof text, "seed %llu", (unsigned long long)s->seed);
    if (j->oldest && j->oldest->depth > 0) {
        err_at(e, (struct span){0}, "this session is too long to be set aside for a lesson");
        return err_hint(e, "save what you need, then start nnr anew");
    }
    const bool seeded = s->seed != j->seed;
    if (run_own(s, "mark before_lesson", e) || take_back(s, &start, e))
        return -1;
    session_notice(s, "a lesson begins with an empty session; yours comes back with: goto "
                      "before_lesson");
    return seeded ? run_own(s, text, e) : 0;
}

static int go_to_section(struct session *s, struct player *p, size_t n, struct err *e)
{
    char text[40];
    if (session_running(s)) {
        session_notice(s, "training runs: stop it first");
        p->order = ORDER_LIST;
        return 0;
    }
    snprintf(text, sizeof text, "goto section_%zu", n + 1);
    p->at = p->section[n].at;
    p->order = ORDER_ON;
    return take_back(s, &p->section[n], e) || run_own(s, text, e) ? -1 : 0;
}

static int obey(struct session *s, struct player *p, struct err *e)
{
    switch (p->order) {
    case ORDER_ON:
        p->at++;
        return 0;
    case ORDER_NEXT:
        p->hurries = true;
        return 0;
    case ORDER_BACK:
        if (!p->now)
            session_notice(s, "this is the first section: it begins again");
        return go_to_section(s, p, p->now ? p->now - 1 : 0, e);
    case ORDER_AGAIN:
        return go_to_section(s, p, p->now, e);
    case ORDER_LIST:
        player_list(s, p);
        return 0;
    case ORDER_LEAVE:
        break;
    }
    return 0;
}

/* In a lesson what failed is no end: a claim may not hold because something else was tried, and
 * what cannot be done is asked for again, when something was typed before it. */
static int forgive(struct session *s, struct player *p, struct err *e)
{
    const struct command *c = statement_command(&p->script->statement[p->at]);
    const bool goes_on = e->kind == ERR_EXPECT || (c && c->speaks);
    if (!p->title || show_error(s, e) == OUTCOME_STOPPED)
        return -1;
    *e = (struct err){0};
    p->hurries = false;
    p->order = goes_on ? ORDER_ON : ORDER_LIST;
    p->at += goes_on;
    return 0;
}

static int play_statement(struct session *s, struct player *p, struct err *e)
{
    if (run_unit_at(s, p->script, p->at, e))
        return forgive(s, p, e);
    return s->quit ? 0 : obey(s, p, e);
}

static int play_on(struct session *s, struct player *p, struct err *e)
{
    struct journal *j = s->journal;
    const uint64_t outer = j->floor;
    int failed = 0;
    while (p->at < p->script->count && p->order != ORDER_LEAVE && !s->quit && !failed) {
        const bool first = p->order != ORDER_LIST && p->order != ORDER_NEXT;
        p->order = ORDER_ON;
        if (first)
            failed = enter_section(s, p, e);
        /* What undo took back of the section before could not come back with the mark. */
        j->floor = p->section[p->now].number;
        failed = failed || play_statement(s, p, e);
    }
    j->floor = outer;
    return failed ? -1 : 0;
}

int play_script(struct session *s, const struct script *script, const char *title, struct err *e)
{
    struct player p = {.title = title, .script = script};
    struct player *outer = s->player;
    const unsigned level = s->journal->level;
    const bool alone = !s->host->watched && !s->host->step;
    int failed = script->count && !alone ? find_sections(&p, e) : 0;
    s->player = &p;
    p.hurries = alone;
    /* Its statements stand in records by themselves, and so does what is typed between them. */
    s->journal->level = 0;
    if (!failed)
        failed = alone ? run_units(s, script, e) : play_on(s, &p, e);
    s->journal->level = level;
    s->player = outer;
    mem_free(p.section);
    return failed ? -1 : 0;
}
