/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Units: each statement is prepared for being written down and taken back before it is carried out,
 * so that afterwards nothing can fail. */
#include "cmd/journal.h"

#include "cmd/check.h"
#include "cmd/delta.h"
#include "cmd/job.h"
#include "nn/layer.h"

#include <stdio.h>
#include <string.h>

struct journal *journal_create(uint64_t seed)
{
    struct journal *j = mem_new(1, sizeof *j);
    if (j) {
        j->seed = seed;
        j->fd = -1;
    }
    return j;
}

static void free_lines(struct line *l)
{
    while (l) {
        struct line *next = l->next;
        mem_free(l);
        l = next;
    }
}

void journal_finish(struct session *s)
{
    struct journal *j = s->journal;
    struct err e = {0};
    if (!j)
        return;
    if (segment_end(s, &e))
        session_notice(s, "%s; %s", e.what, e.hint);
    segment_drop(s);
    record_end(s);
    taken_drop_to(s, 0);
    snapshot_touched(s, NULL);
    free_lines(j->first);
    free_lines(j->chosen);
    free_lines(j->partial);
    free_lines(j->extra);
    mem_free(j);
    s->journal = NULL;
}

struct line *line_new(long pushes, const char *text)
{
    const size_t n = strlen(text) + 1;
    struct line *l = mem_new(1, sizeof *l + n);
    if (l) {
        l->pushes = pushes;
        memcpy(l->text, text, n);
    }
    return l;
}

static const struct command *command_of(const struct statement *st)
{
    return (const struct command *)table_find(&command_table, st->verb);
}

/* A verb that sets something and stands alone only shows it. */
static unsigned changes_of(const struct statement *st)
{
    const struct command *c = command_of(st);
    const bool alone = !st->values && !st->pairs && !st->body;
    if (!c)
        return CHANGES_MODEL;
    if (c->alone_shows && alone)
        return CHANGES_NOTHING;
    /* Models that `on` names may be others than the current one. */
    return c->changes == CHANGES_MODEL && st->clauses ? CHANGES_MODELS : c->changes;
}

static unsigned parts_of(unsigned changes)
{
    const unsigned models = changes & (CHANGES_MODELS | CHANGES_LIST) ? PART_MODELS
                            : changes & CHANGES_MODEL                 ? PART_MODEL
                                                                      : 0;
    return models | (changes & CHANGES_DATA ? PART_DATA : 0) |
           (changes & CHANGES_VARIABLES ? PART_VARIABLES : 0);
}

bool always_small(const struct statement *st)
{
    (void)st;
    return true;
}

static bool is_written(const struct command *c, const struct statement *st)
{
    const bool session =
        st->values && st->value[0]->kind == NODE_PATH && strcmp(st->value[0]->text, "session") == 0;
    return !c || !(c->unwritten || (strcmp(c->entry.name, "save") == 0 && session));
}

/* What is kept of a statement while it is carried out. */
struct unit {
    struct line *line;
    struct taken *taken;
};

static void unit_drop(struct session *s, struct unit *u)
{
    mem_free(u->line);
    if (u->taken)
        taken_drop(s, u->taken);
    *u = (struct unit){0};
}

/* What `loss` speaks of is about to change. */
static int note_figures(struct session *s, const struct statement *st, struct err *e)
{
    int failed = 0;
    if (!(changes_of(st) & CHANGES_FIGURES))
        return 0;
    if (!st->clauses)
        return taken_side(s, current_model(s), e);
    for (size_t i = 0; i < s->models && !failed; i++)
        failed = taken_side(s, s->model[i], e);
    return failed;
}

static int unit_begin(struct session *s, const struct statement *st, struct unit *u, struct err *e)
{
    struct journal *j = s->journal;
    struct str text = {0};
    const struct command *c = command_of(st);
    *u = (struct unit){0};
    const unsigned parts = parts_of(changes_of(st));
    if (statement_text(s, st, &s->host->stop, &text, e))
        return -1;
    int failed = 0;
    if (j->level == 0 && is_written(c, st) && !(u->line = line_new(parts != 0, text.text)))
        failed = err_memory(e);
    const bool small = !c || (c->small && c->small(st));
    if (!failed && parts && !(u->taken = taken_new(s, parts, small, text.text, e)))
        failed = -1;
    str_finish(&text);
    if (!failed)
        failed = note_figures(s, st, e);
    if (failed) {
        unit_drop(s, u);
        return -1;
    }
    if (j->level++ == 0) {
        j->whole = !st->body && !(c && c->changes == CHANGES_ALL);
        j->before = u->taken && !u->taken->delta ? &u->taken->before : NULL;
    }
    j->delta = u->taken ? u->taken->delta : NULL;
    return 0;
}

/* Puts a line at the end of the journal and into the record. */
static int append(struct session *s, struct line *l, struct err *e)
{
    struct journal *j = s->journal;
    l->next = NULL;
    if (j->last)
        j->last->next = l;
    else
        j->first = l;
    j->last = l;
    j->depth += l->pushes;
    return record_line(s, l, e);
}

/* All of a list; a choice that was taken back is left out. */
static int append_list(struct session *s, struct line **list, struct err *e)
{
    int failed = 0;
    struct line *l = *list;
    *list = NULL;
    while (l) {
        struct line *next = l->next;
        bool stands = !l->chosen;
        const uint32_t at = l->chosen ? name_model_number(s, l->model) : INDEX_NONE;
        if (at != INDEX_NONE)
            stands = (l->output == NOTHING ? s->model[at]->optimizer.args
                                           : model_loss(s->model[at], l->output, NULL)) != NULL;
        if (!stands)
            mem_free(l);
        else if (append(s, l, failed ? &(struct err){0} : e))
            failed = -1;
        l = next;
    }
    return failed;
}

static void forget_lists(struct journal *j)
{
    free_lines(j->chosen);
    free_lines(j->partial);
    free_lines(j->extra);
    j->chosen = j->partial = j->extra = NULL;
}

/* Writes down what was done; returns -1 if the record could not take it. */
static int write_unit(struct session *s, struct unit *u, bool failed, struct err *e)
{
    struct journal *j = s->journal;
    struct err own = {0};
    int bad = 0;
    if (!failed || j->partial)
        bad = append_list(s, &j->chosen, &own);
    if (failed)
        bad = append_list(s, &j->partial, &own) || bad;
    else if (u->line)
        bad = append(s, u->line, &own) || bad;
    if (!failed && j->extra)
        bad = append_list(s, &j->extra, &own) || bad;
    if (!failed)
        u->line = NULL;
    forget_lists(j);
    /* One error is enough: what failed itself is told by its own. */
    if (bad && failed)
        session_notice(s, "%s; %s", own.what, own.hint);
    else if (bad)
        *e = own;
    return bad && !failed ? -1 : 0;
}

void journal_touched(struct session *s, const struct statement *st, struct model *current)
{
    const unsigned changes = changes_of(st);
    const bool several = changes & CHANGES_MODELS || (changes & CHANGES_FIGURES && st->clauses);
    /* A model for which nnr chose something was touched when it did. */
    if (several || session_running(s))
        snapshot_touched(s, NULL);
    else if (changes & (CHANGES_MODEL | CHANGES_FIGURES))
        snapshot_touched(s, current);
}

static int unit_end(struct session *s, struct unit *u, int failed, struct err *e)
{
    struct journal *j = s->journal;
    const bool top = --j->level == 0;
    j->delta = NULL;
    /* A script that failed half way has changed something; so has an interrupted train. */
    if (u->taken && (!failed || (top && j->partial))) {
        taken_push(s, u->taken, j->depth);
        u->taken = NULL;
    }
    if (top) {
        j->before = NULL;
        failed = write_unit(s, u, failed != 0, e) || failed ? -1 : 0;
    }
    unit_drop(s, u);
    return failed;
}

static int run_unit(struct session *s, const struct statement *st, struct err *e)
{
    struct unit u;
    struct err ignored;
    const bool aside = strcmp(st->verb, "help") == 0;
    int failed = !aside && s->jobs && segment_end(s, e) ? -1 : unit_begin(s, st, &u, e);
    if (!failed)
        failed = unit_end(s, &u, run_statement(s, st, e), e);
    /* Without memory for it, what comes cannot be taken back; training goes on. */
    if (!aside && s->jobs)
        segment_begin(s, &ignored);
    return failed;
}

/* Notes the statements of a script that were done before number `count`. */
static void note_before(struct session *s, const struct script *script, size_t count)
{
    while (count-- > 0)
        journal_done(s, &script->statement[count]);
}

/* With --check all that is wrong is told, so what is wrong is no end. */
static int step_and_run(struct session *s, const struct script *script, size_t i,
                        int (*run)(struct session *, const struct statement *, struct err *),
                        struct err *e)
{
    const struct statement *st = &script->statement[i];
    if (stop_check(&s->host->stop, e))
        return -1;
    if (s->host->step && step_before(s, script, i, e))
        return -1;
    if (s->quit)
        return 0;
    const int failed = run(s, st, e);
    return checking(s) ? check_goes_on(s, st, failed, e) : failed;
}

int run_units(struct session *s, const struct script *script, struct err *e)
{
    for (size_t i = 0; i < script->count && !s->quit; i++)
        if (step_and_run(s, script, i, run_unit, e)) {
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

/* In front of what is noted already: the innermost fails first. */
static void note(struct session *s, struct line *l)
{
    struct journal *j = s->journal;
    if (!l) {
        j->lost = true;
        return;
    }
    l->next = j->partial;
    j->partial = l;
}

void journal_done(struct session *s, const struct statement *st)
{
    const bool undo = strcmp(st->verb, "undo") == 0;
    struct str text = {0};
    struct err e;
    if (!is_written(command_of(st), st) && !undo)
        return;
    const long pushes = undo ? -1 : parts_of(changes_of(st)) != 0;
    note(s, statement_text(s, st, NULL, &text, &e) ? NULL : line_new(pushes, text.text));
    str_finish(&text);
}

void journal_done_text(struct session *s, long pushes, const char *format, ...)
{
    struct str text = {0};
    va_list list;
    va_start(list, format);
    str_addv(&text, format, list);
    va_end(list);
    note(s, text.failed ? NULL : line_new(pushes, text.text));
    str_finish(&text);
}

/* Whether what nnr chooses inside a loop or a file may as well stand before it: the model was there
 * with the same layers. Else the loop chooses by itself again. */
static bool can_stand_before(const struct session *s, const struct model *m, const char **current)
{
    const struct journal *j = s->journal;
    *current = current_model(s)->name;
    if (j->whole || !j->before)
        return true;
    if (!(j->before->parts & PART_MODELS))
        return false;
    *current = j->before->model[j->before->current]->model->name;
    for (size_t i = 0; i < j->before->models; i++) {
        const struct model *was = j->before->model[i]->model;
        if (strcmp(was->name, m->name) == 0)
            return was->graph->values == m->graph->values;
    }
    return false;
}

int journal_chose(struct session *s, const struct model *m, id output, bool several,
                  const struct args *args, struct err *e)
{
    struct journal *j = s->journal;
    struct str text = {0};
    const char *current;
    if (!can_stand_before(s, m, &current))
        return 0;
    const bool other = strcmp(current, m->name) != 0;
    if (other)
        str_addf(&text, "model %s; ", m->name);
    str_add(&text, output == NOTHING ? "optimizer " : "loss ");
    args_print(&text, args);
    if (several)
        str_addf(&text, " on %s", graph_value_name(m->graph, output));
    if (other)
        str_addf(&text, "; model %s", current);
    struct line *l = text.failed ? NULL : line_new(other ? 3 : 1, text.text);
    str_finish(&text);
    if (!l)
        return err_memory(e);
    l->chosen = true;
    l->output = output;
    snprintf(l->model, sizeof l->model, "%s", m->name);
    struct line **end = &j->chosen;
    while (*end)
        end = &(*end)->next;
    *end = l;
    return 0;
}

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
        g->first[i] = session_job_model(s, i)->step;
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
        if (m->step == g->first[i])
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
        snapshot_touched(s, NULL);
        if (g->taken) {
            plain_text(text.text, g->taken->text, sizeof g->taken->text);
            taken_push(s, g->taken, s->journal->depth);
            g->taken = NULL;
        } else {
            taken_drop_to(s, 0);
        }
        failed = append(s, l, e);
    }
    str_finish(&text);
    segment_drop(s);
    return failed;
}
