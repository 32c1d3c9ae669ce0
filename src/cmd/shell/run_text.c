/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/shell/run_text.h"

#include "cmd/common/binder.h"
#include "cmd/exec/advice.h"
#include "cmd/exec/check.h"
#include "cmd/exec/exec.h"
#include "cmd/exec/grade.h"
#include "cmd/exec/player.h"
#include "cmd/session/command.h"
#include "cmd/session/given.h"
#include "cmd/session/state.h"
#include "cmd/session/transcript.h"
#include "cmd/shell/hint.h"
#include "cmd/shell/session.h"
#include "cmd/verbs/help_search.h"
#include "cmd/verbs/help_text.h"

#include "lang/parse.h"

#include <stdio.h>
#include <string.h>

/* The parser's error, or better advice. */
static enum outcome show_unparsed(struct session *s, struct err *e)
{
    advise_text(s, e);
    return show_error(s, e);
}

/* Whether a report is asked for anywhere: then what is said and done is kept. */
static bool has_report(const struct script *script)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct statement *st = &script->statement[i];
        const struct command *c = statement_command(st);
        if ((c && c->reports && c->reports(st)) || (st->body && has_report(st->body)))
            return true;
    }
    return false;
}

static enum outcome run_script(struct session *s, const struct script *script, const struct text *t,
                               bool file)
{
    struct err e = {0};
    if (!s->transcript && has_report(script) && session_keep_transcript(s)) {
        err_memory(&e);
        return show_error(s, &e);
    }
    if (file)
        session_tell_head(s, t->source);
    int failed = s->grading ? grading_list(s, script, &e) : 0;
    if (!failed)
        failed = s->host->step ? play_script(s, script, NULL, &e) : run_units(s, script, &e);
    if (failed)
        return show_error(s, &e);
    return s->quit ? OUTCOME_QUIT : OUTCOME_OK;
}

static enum outcome run_source(struct session *s, const struct text *t, bool complete)
{
    struct arena arena = {0};
    struct script script = {0};
    struct err e = {0};
    const struct parse_rules rules = session_parse_rules(s);
    enum outcome end;
    if (complete)
        session_tell_head(s, t->source);
    enum parsed parsed = parse_script(&arena, t->text, t->size, t->source, &rules, &script, &e);
    if (parsed == PARSE_INCOMPLETE && !complete)
        end = OUTCOME_INCOMPLETE;
    else if (checking(s))
        end = check_text(s, t, run_units, &e) ? show_error(s, &e) : checks_outcome(s);
    else
        end = parsed == PARSE_OK ? run_script(s, &script, t, complete) : show_unparsed(s, &e);
    arena_finish(&arena);
    return end;
}

/* Whether a line is `help WORD run`; the word is copied. */
static bool example_asked(const char *text, size_t size, char *word, size_t room)
{
    char line[120], verb[8], last[8], more;
    if (size >= sizeof line || room < 64)
        return false;
    memcpy(line, text, size);
    line[size] = 0;
    return sscanf(line, "%7s %63s %7s %c", verb, word, last, &more) == 3 &&
           strcmp(verb, "help") == 0 && strcmp(last, "run") == 0;
}

/* `train 5?`: a number is explained by what it stands in. The line is written into to[room]. */
static void ask_of_statement(struct session *s, const char *text, size_t size, char *to,
                             size_t room)
{
    size_t at = size;
    while (at && text[at - 1] != '?')
        at--;
    struct str word = {0};
    if (at)
        typed_topic(s, &(struct typed){text, at - 1, at - 1}, &word);
    if (word.size && !word.failed)
        snprintf(to, room, "help \"%s\"\n", word.text);
    str_finish(&word);
}

/* Carries out an example in a session of its own, which nobody keeps. */
static enum outcome run_example(struct session *s, const char *word, const char *example)
{
    const struct host *host = s->host;
    struct session *own = session_create(host, 1);
    struct err e = {0};
    if (!own) {
        err_memory(&e);
        return show_error(s, &e);
    }
    struct str shown = {0};
    for (size_t at = 0, n; example[at]; at += n + (example[at + n] == '\n')) {
        n = strcspn(example + at, "\n");
        str_add(&shown, "> ");
        str_bytes(&shown, example + at, n);
        str_add(&shown, "\n");
    }
    if (!shown.failed && !host->json)
        out_add(&host->out, shown.text);
    str_finish(&shown);
    char name[80];
    snprintf(name, sizeof name, "help %.60s", word);
    const enum outcome how = session_run(own, name, s->folder, example, strlen(example), 1, true);
    session_destroy(own);
    return how == OUTCOME_QUIT ? OUTCOME_OK : how;
}

enum outcome session_run(struct session *s, const char *name, const char *folder, const char *text,
                         size_t size, uint32_t line, bool complete)
{
    struct err e = {0};
    char question[120];
    const char *example = NULL;
    if (!complete && !s->jobs && example_asked(text, size, question, sizeof question))
        example = help_example(question);
    if (example) {
        s->folder = folder;
        return run_example(s, question, example);
    }
    if (!complete && help_asked(text, size, question, sizeof question)) {
        if (strncmp(question, "help \"", 6) == 0 && question[6] >= '0' && question[6] <= '9')
            ask_of_statement(s, text, size, question, sizeof question);
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
    if (session_bind_folder(s, folder, &e))
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
    const struct parse_rules rules = session_parse_rules(s);
    struct str text = {0};
    str_addf(&text, "let %s", given);
    const uint32_t source = text.failed ? 0
                                        : sources_add(&s->sources, GIVEN_SOURCE, text.text,
                                                      text.size, 1, (struct span){0});
    int failed = source ? 0 : err_memory(&e);
    s->folder = ".";
    if (!failed)
        failed = session_bind_folder(s, s->folder, &e);
    if (!failed)
        failed =
            parse_script(&arena, text.text, text.size, source, &rules, &script, &e) != PARSE_OK ||
            only_let(&script, &e);
    s->typed = source;
    failed = failed || run_units(s, &script, &e) ||
             given_add(s, script.statement->pair->target->text, &e);
    s->typed = 0;
    const enum outcome end = failed ? show_error(s, &e) : checks_outcome(s);
    arena_finish(&arena);
    str_finish(&text);
    return end;
}
