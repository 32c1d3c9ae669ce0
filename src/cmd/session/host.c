/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/host.h"

#include "cmd/session/state.h"
#include "cmd/session/transcript.h"
#include "cmd/session/warn.h"

#include "lang/ast.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* With --json for machines too; a claim that does not hold has left its object. */
enum outcome show_error(struct session *s, const struct err *e)
{
    struct str text = {0}, object = {0};
    if (e->kind == ERR_STOPPED)
        return OUTCOME_STOPPED;
    sources_explain(&s->sources, e, &text);
    const struct listener *listener = s->host->listener;
    if (listener || (s->host->json && e->kind != ERR_EXPECT))
        sources_json(&s->sources, e, s->wrong_verb, &object);
    const char *told = text.failed ? "nnr: not enough memory\n" : text.text;
    session_tell(s, TOLD_ERROR, &text);
    if (listener) {
        listener->error(listener->self, told, object.failed ? NULL : object.text);
    } else {
        out_add(&s->host->out, object.size && !object.failed ? object.text : "");
        out_add(&s->host->err, told);
    }
    str_finish(&object);
    str_finish(&text);
    s->wrong_verb[0] = 0;
    return e->kind == ERR_EXPECT ? OUTCOME_EXPECT : OUTCOME_ERROR;
}

void session_notice(const struct session *s, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    notice_line(s, s->host->quiet, format, list);
    va_end(list);
}

void session_object(const struct session *s, const char *verb, struct span where,
                    const char *object, size_t n, struct str *to)
{
    struct json json = {.to = to};
    json_open(&json, NULL, '{');
    if (verb)
        json_text(&json, "verb", verb);
    else
        json_number(&json, "verb", (double)NAN);
    const bool empty = n < 3;
    str_add(to, empty ? "" : ", ");
    str_bytes(to, object + 1, n - 2);
    source_json(&s->sources, where, &json);
    json_close(&json, '}');
    str_add(to, "\n");
}

/* Does so for each line. */
static void name_origin(const struct session *s, struct str *text)
{
    struct str all = {.failed = text->failed};
    const char *at = text->text, *end;
    const struct statement *st = s->statement;
    for (; at && (end = strchr(at, '\n')); at = end + 1)
        if (*at == '{' && end[-1] == '}')
            session_object(s, st ? st->verb : "stop", st ? st->where : (struct span){0}, at,
                           (size_t)(end - at), &all);
    str_finish(text);
    *text = all;
}

int session_print(const struct session *s, struct str *text, struct err *e)
{
    if (s->host->json)
        name_origin(s, text);
    bool failed = text->failed;
    if (!failed && text->size && !checking(s))
        s->host->out.write(s->host->out.self, text->text, text->size);
    str_finish(text);
    return failed ? err_memory(e) : 0;
}

int session_report(const struct session *s, struct str *text, struct err *e)
{
    session_tell(s, TOLD_WORDS, text);
    return session_print(s, text, e);
}

int session_report_words(const struct session *s, const char *key, struct str *text, struct err *e)
{
    struct str line = {0};
    struct json json = {.to = &line};
    session_tell(s, TOLD_WORDS, text);
    if (!s->host->json)
        return session_print(s, text, e);
    while (text->size && text->text[text->size - 1] == '\n')
        text->text[--text->size] = 0;
    line.failed = text->failed;
    json_open(&json, NULL, '{');
    json_text(&json, key, text->text ? text->text : "");
    json_close(&json, '}');
    str_add(&line, "\n");
    str_finish(text);
    return session_print(s, &line, e);
}

double session_clock(const struct session *s)
{
    return s->host->clock(s->host->self);
}

int session_tick(const struct session *s, const struct progress *p, struct err *e)
{
    return s->host->tick(s->host->self, p) ? 0 : err_stopped(e);
}

int session_ask(const struct session *s, const char *hint, struct err *e)
{
    return s->host->ask(s->host->self, hint) ? 0 : err_stopped(e);
}
