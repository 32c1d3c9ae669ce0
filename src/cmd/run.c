/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running a text: parse it whole, then bind and carry out one statement after the other. */
#include "base/path.h"
#include "cmd/advice.h"
#include "cmd/check.h"
#include "cmd/definition.h"
#include "cmd/journal.h"

#include "lang/parse.h"
#include "nn/layer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int bind_number(void *self, const struct node *n, double *value, struct err *e)
{
    bool guessed;
    return session_guess(self, n, value, &guessed, e);
}

static const struct node *bind_variable(void *self, const char *name)
{
    const struct variable *v = name_variable(self, name);
    return v ? v->penalty : NULL;
}

static size_t bind_text(void *self, struct span where, char *text, size_t room)
{
    const struct session *s = self;
    const struct source *source = sources_get(&s->sources, where.source);
    size_t n = source && where.end <= source->size ? where.end - where.at : 0;
    if (room && n < room) {
        memcpy(text, source ? source->text + where.at : "", n);
        text[n] = 0;
    }
    return n;
}

static const struct entry *bind_own(void *self, const struct table *t, const char *name)
{
    const struct definition *d = t == &penalty_kinds ? session_definition(self, name) : NULL;
    return d ? &d->own.kind.entry : NULL;
}

static const struct entry *bind_own_at(void *self, const struct table *t, size_t i)
{
    const struct session *s = self;
    return t == &penalty_kinds && i < s->definitions ? &s->definition[i]->own.kind.entry : NULL;
}

struct binder session_binder(struct session *s, struct arena *arena)
{
    return (struct binder){.arena = arena,
                           .self = s,
                           .number = bind_number,
                           .variable = bind_variable,
                           .text = bind_text,
                           .own = bind_own,
                           .own_at = bind_own_at,
                           .folder = s->folder,
                           .within = s->within};
}

int session_file(const struct session *s, struct arena *arena, const struct node *n,
                 struct file_name *file, struct err *e)
{
    *file = (struct file_name){.name = n->text,
                               .path = path_join(arena, s->folder, n->text),
                               .within = s->within,
                               .where = n->where};
    return file->path ? 0 : err_memory(e);
}

struct args *session_default(struct session *s, struct arena *arena, const struct entry *row,
                             struct err *e)
{
    struct binder b = session_binder(s, arena);
    const struct statement empty = {.verb = row->name};
    return bind_statement(&b, &empty, row, e);
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

static int later_verb(const struct statement *st, struct err *e)
{
    err_at(e, st->verb_where, "%s is not in this version", st->verb);
    return err_hint(e, "help lists what is");
}

static int run_bound(struct session *s, const struct statement *st, struct arena *arena,
                     struct err *e)
{
    struct binder b = session_binder(s, arena);
    const struct entry *entry = table_find(&command_table, st->verb);
    const struct command *command = (const struct command *)entry;
    const struct layer_kind *kind =
        entry ? NULL : (const struct layer_kind *)table_find(&layer_kinds, st->verb);
    const id layer = entry || kind ? NOTHING : graph_find_layer(current_model(s)->graph, st->verb);
    if (command && command->later)
        return later_verb(st, e);
    if (session_running(s) && (kind || layer != NOTHING || (command && command->stop_first))) {
        err_at(e, st->verb_where, "%s cannot be done while training runs", st->verb);
        return err_hint(e, "stop first: stop");
    }
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
    int failed = run_bound(s, st, &arena, e);
    settle_chosen(s, !failed);
    journal_touched(s, st, current);
    s->statement = outer;
    arena_finish(&arena);
    if (failed && !*s->wrong_verb)
        snprintf(s->wrong_verb, sizeof s->wrong_verb, "%s", st->verb);
    return failed ? err_place(e, st->where) : 0;
}

/* With --json for machines too; a claim that does not hold has left its object. */
enum outcome show_error(struct session *s, const struct err *e)
{
    struct str text = {0}, object = {0};
    if (e->kind == ERR_STOPPED)
        return OUTCOME_STOPPED;
    sources_explain(&s->sources, e, &text);
    if (s->host->json && e->kind != ERR_EXPECT)
        sources_json(&s->sources, e, s->wrong_verb, &object);
    if (object.size && !object.failed)
        out_add(&s->host->out, object.text);
    out_add(&s->host->err, text.failed ? "nnr: not enough memory\n" : text.text);
    str_finish(&object);
    str_finish(&text);
    s->wrong_verb[0] = 0;
    return e->kind == ERR_EXPECT ? OUTCOME_EXPECT : OUTCOME_ERROR;
}

/* The parser's error, or better advice. */
static enum outcome show_unparsed(struct session *s, struct err *e)
{
    advise_text(s, e);
    return show_error(s, e);
}

static enum outcome run_script(struct session *s, const struct script *script)
{
    struct err e = {0};
    if (run_units(s, script, &e))
        return show_error(s, &e);
    return s->quit ? OUTCOME_QUIT : OUTCOME_OK;
}

/* --safe: finds the folder that files may be in. */
static int bind_folder(struct session *s, const char *folder, struct err *e)
{
    mem_free(s->within);
    s->within = NULL;
    if (!s->host->safe)
        return 0;
    char *whole = realpath(*folder ? folder : ".", NULL);
    if (whole)
        s->within = mem_text(whole, strlen(whole));
    free(whole);
    if (s->within)
        return 0;
    if (whole)
        return err_memory(e);
    err_at(e, (struct span){0}, "the folder \"%.200s\" cannot be found: %s", folder,
           strerror(errno));
    return err_hint(e, "--safe keeps to the files in it; go to a folder that is there");
}

static enum outcome run_source(struct session *s, const struct text *t, bool complete)
{
    struct arena arena = {0};
    struct script script = {0};
    struct err e = {0};
    enum outcome end;
    enum parsed parsed =
        parse_script(&arena, t->text, t->size, t->source, &s->host->stop, &script, &e);
    if (parsed == PARSE_INCOMPLETE && !complete)
        end = OUTCOME_INCOMPLETE;
    else if (checking(s))
        end = check_text(s, t, run_units, &e) ? show_error(s, &e) : checks_outcome(s);
    else
        end = parsed == PARSE_OK ? run_script(s, &script) : show_unparsed(s, &e);
    arena_finish(&arena);
    return end;
}

enum outcome session_run(struct session *s, const char *name, const char *folder, const char *text,
                         size_t size, uint32_t line, bool complete)
{
    struct err e = {0};
    char question[120];
    if (!complete && help_asked(text, size, question, sizeof question)) {
        text = question;
        size = strlen(question);
    }
    const uint32_t source = sources_add(&s->sources, name, text, size, line, (struct span){0});
    if (!source) {
        err_memory(&e);
        return show_error(s, &e);
    }
    s->folder = folder;
    s->wrong_verb[0] = 0;
    checks_begin(s);
    if (bind_folder(s, folder, &e))
        return show_error(s, &e);
    s->typed = complete ? 0 : source;
    s->busy = true;
    const struct text t = {text, size, source};
    const enum outcome end = run_source(s, &t, complete);
    s->busy = false;
    return end;
}

/* A value must not bring further statements with it. */
static int only_let(const struct script *script, struct err *e)
{
    const struct statement *st = script->statement;
    if (script->count == 1 && st->pairs == 1)
        return 0;
    err_at(e, st[script->count - 1].where, "--let takes one name and its value");
    return err_hint(e, "write --let NAME=VALUE, once for each");
}

enum outcome session_let(struct session *s, const char *given)
{
    struct arena arena = {0};
    struct script script = {0};
    struct err e = {0};
    struct str text = {0};
    str_addf(&text, "let %s", given);
    const uint32_t source =
        text.failed ? 0
                    : sources_add(&s->sources, "--let", text.text, text.size, 1, (struct span){0});
    int failed = source ? 0 : err_memory(&e);
    s->folder = ".";
    if (!failed)
        failed = bind_folder(s, s->folder, &e);
    if (!failed)
        failed = parse_script(&arena, text.text, text.size, source, &s->host->stop, &script, &e) !=
                     PARSE_OK ||
                 only_let(&script, &e);
    s->typed = source;
    failed = failed || run_units(s, &script, &e);
    s->typed = 0;
    const enum outcome end = failed ? show_error(s, &e) : checks_outcome(s);
    arena_finish(&arena);
    str_finish(&text);
    return end;
}
