/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/journal.h"

#include "cmd/session/exercise.h"
#include "cmd/session/jobs.h"
#include "cmd/session/names.h"
#include "cmd/session/record.h"
#include "cmd/session/state.h"
#include "cmd/session/statement_text.h"
#include "cmd/session/undo_list.h"
#include "cmd/session/words.h"

#include "lang/ast.h"

#include <stdio.h>
#include <string.h>

int journal_note_figures(struct session *s, const struct statement *st, struct err *e)
{
    int failed = 0;
    if (!(statement_changes(st) & CHANGES_FIGURES))
        return 0;
    if (!st->clauses)
        return taken_side(s, current_model(s), e);
    for (size_t i = 0; i < s->models && !failed; i++)
        failed = taken_side(s, s->model[i], e);
    return failed;
}

int journal_append(struct session *s, struct line *l, struct err *e)
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

int journal_append_list(struct session *s, struct line **list, struct err *e)
{
    int failed = 0;
    struct line *l = *list;
    *list = NULL;
    while (l) {
        struct line *next = l->next;
        bool stands = !l->chosen;
        const uint32_t at = l->chosen ? name_model_number(s, l->model) : INDEX_NONE;
        if (at != INDEX_NONE)
            stands = (l->output == NOTHING ? s->model[at]->recipe.optimizer.args
                                           : model_loss(s->model[at], l->output, NULL)) != NULL;
        if (!stands)
            mem_free(l);
        else if (journal_append(s, l, failed ? &(struct err){0} : e))
            failed = -1;
        l = next;
    }
    return failed;
}

void journal_touched(struct session *s, const struct statement *st, struct model *current)
{
    const unsigned changes = statement_changes(st);
    /* What a loop's statements touched was said of each. */
    if (st->body && changes == CHANGES_ALL)
        return;
    const bool several = changes & CHANGES_MODELS || (changes & CHANGES_FIGURES && st->clauses);
    /* A model for which nnr chose something was touched when it did. */
    if (several || session_running(s))
        snapshot_touched(s, NULL);
    else if (changes & (CHANGES_MODEL | CHANGES_FIGURES))
        snapshot_touched(s, current);
}

/* In front of what is noted already: the innermost fails first. */
static void note_line(struct session *s, struct line *l)
{
    struct journal *j = s->journal;
    if (!l) {
        j->lost = true;
        return;
    }
    l->next = j->partial;
    j->partial = l;
}

/* undo 3: how many. */
static long statement_times(const struct statement *st)
{
    return st->values && st->value[0]->kind == NODE_NUMBER ? (long)st->value[0]->number : 1;
}

void journal_done(struct session *s, const struct statement *st)
{
    const struct command *c = statement_command(st);
    const long undone = c && c->undoes ? c->undoes * statement_times(st) : 0;
    struct str text = {0};
    struct err e;
    if (!statement_is_written(c, st) && !undone)
        return;
    const long pushes = undone ? -undone : snapshot_parts(statement_changes(st)) != 0;
    note_line(s, statement_text(s, st, NULL, &text, &e) ? NULL : line_new(pushes, text.text));
    str_finish(&text);
}

void journal_done_text(struct session *s, long pushes, const char *format, ...)
{
    struct str text = {0};
    va_list list;
    va_start(list, format);
    str_addv(&text, format, list);
    va_end(list);
    note_line(s, text.failed ? NULL : line_new(pushes, text.text));
    str_finish(&text);
}

struct spelled_place journal_spelled_place(const struct session *s)
{
    const struct journal *j = s->journal;
    return (struct spelled_place){j->spelled_last, j->depth, j->exercises};
}

/* Puts lines at the end of what is spelled out. In an exercise `undo` counts them. */
static void spell_lines(struct session *s, struct line *list)
{
    struct journal *j = s->journal;
    *(j->spelled_last ? &j->spelled_last->next : &j->spelled) = list;
    for (; list; list = list->next) {
        j->spelled_last = list;
        j->depth += exercise_waits(s) ? list->pushes : 0;
    }
}

bool journal_keeps_spelled(const struct session *s)
{
    return s->journal->exercises > s->journal->outer_exercises;
}

void journal_unspell(struct session *s, const struct spelled_place *from)
{
    struct journal *j = s->journal;
    struct line **rest = from->last ? &from->last->next : &j->spelled;
    if (j->exercises > from->exercises)
        return;
    lines_free(*rest);
    *rest = NULL;
    j->spelled_last = from->last;
    j->depth = j->spells ? from->depth : j->depth;
}

void journal_spell(struct session *s, const struct statement *st, const struct spelled_place *from)
{
    struct journal *j = s->journal;
    const struct command *c = statement_command(st);
    struct str text = {0};
    struct err e;
    if (!j->spells)
        return;
    if (statement_is_written(c, st) && j->exercises == from->exercises) {
        journal_unspell(s, from);
        struct line *l = statement_text(s, st, NULL, &text, &e)
                             ? NULL
                             : line_new(snapshot_parts(statement_changes(st)) != 0, text.text);
        str_finish(&text);
        j->lost = j->lost || !l;
        spell_lines(s, l);
    }
    spell_lines(s, j->extra);
    j->extra = NULL;
}

void journal_spell_text(struct session *s, long pushes, const char *format, ...)
{
    struct str text = {0};
    va_list list;
    if (!s->journal->spells)
        return;
    va_start(list, format);
    str_addv(&text, format, list);
    va_end(list);
    struct line *l = text.failed ? NULL : line_new(pushes, text.text);
    s->journal->lost = s->journal->lost || !l;
    spell_lines(s, l);
    str_finish(&text);
}

void journal_spell_partial(struct session *s)
{
    spell_lines(s, s->journal->partial);
    s->journal->partial = NULL;
}

/* Whether there are as many calls, and the newest is of the same place in a text: the newest of
 * them may have been deleted, and others made. */
static bool has_same_layers(const struct graph *a, const struct graph *b)
{
    if (a->values != b->values || a->calls != b->calls)
        return false;
    const struct span *x = a->calls ? &a->call[a->calls - 1].where : NULL;
    const struct span *y = a->calls ? &b->call[b->calls - 1].where : NULL;
    return !x || (x->source == y->source && x->at == y->at);
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
            return has_same_layers(was->graph, m->graph);
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
