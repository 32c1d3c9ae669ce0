/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/plain.h"
#include "cmd/check.h"
#include "cmd/definition.h"
#include "cmd/journal.h"
#include "cmd/pictures.h"

#include "train/emulate.h"
#include "train/workers.h"

#include <stdio.h>
#include <string.h>

static int add_first_model(struct session *s)
{
    if (mem_room(&s->model, &s->model_room, 1, sizeof *s->model) ||
        index_reserve(&s->names->models, 1))
        return -1;
    s->model[0] = model_create("main");
    if (!s->model[0])
        return -1;
    s->models = 1;
    session_bend(s, s->model[0]);
    return 0;
}

struct session *session_create(const struct host *host, uint64_t seed)
{
    struct session *s = mem_new(1, sizeof *s);
    if (!s)
        return NULL;
    s->host = host;
    s->seed = seed;
    s->emulation = emulations.row[0];
    s->folder = "";
    s->journal = journal_create(seed);
    s->names = mem_new(1, sizeof *s->names);
    if (s->journal && s->names && add_first_model(s) == 0)
        return s;
    session_destroy(s);
    return NULL;
}

static void names_finish(struct names_known *names)
{
    if (!names)
        return;
    index_finish(&names->models);
    index_finish(&names->variables);
    index_finish(&names->definitions);
    index_finish(&names->marks);
    mem_free(names);
}

void session_destroy(struct session *s)
{
    if (!s)
        return;
    marks_finish(s);
    journal_finish(s);
    for (size_t i = 0; i < s->models; i++)
        model_destroy(s->model[i]);
    mem_free(s->model);
    for (size_t i = 0; i < s->variables; i++)
        variable_finish(&s->variable[i]);
    mem_free(s->variable);
    mem_free(s->within);
    session_drop_jobs(s);
    pictures_finish(s);
    if (s->names)
        definitions_finish(s);
    dataset_finish(&s->data);
    sources_finish(&s->sources);
    names_finish(s->names);
    checks_finish(s);
    mem_free(s);
}

void session_threads(unsigned n)
{
    workers_allow(n);
}

const char *session_prompt(struct session *s)
{
    char name[70] = "", live[160] = "", loss[NUMBER_ROOM], system[40] = "";
    if (s->models > 1)
        snprintf(name, sizeof name, ":%.60s", current_model(s)->name);
    if (s->jobs) {
        const struct model *m = session_job_model(s, 0);
        const bool other = m != current_model(s);
        snprintf(live, sizeof live, " %.60s%sstep %llu loss %s", other ? m->name : "",
                 other ? " " : "", (unsigned long long)m->step,
                 m->from == FROM_NOTHING ? "-" : number_text(m->last.data + m->last.penalty, loss));
    }
    if (s->emulation != emulations.row[0])
        snprintf(system, sizeof system, " (%.30s)", s->emulation->name);
    snprintf(s->prompt, sizeof s->prompt, "nnr%s%s%s> ", name, system, live);
    return s->prompt;
}

static uint64_t digest_data(const struct session *s, uint64_t hash)
{
    const struct dataset *d = &s->data;
    if (!s->has_data)
        return hash;
    const uint64_t sizes[] = {d->samples, d->training, d->inputs, d->targets, d->batch, d->shuffle};
    hash = digest_bytes(hash, sizes, sizeof sizes);
    hash = digest_bytes(hash, d->x, d->samples * d->inputs * sizeof *d->x);
    if (!d->target_is_input && d->y)
        hash = digest_bytes(hash, d->y, d->samples * d->targets * sizeof *d->y);
    return hash;
}

uint64_t session_digest(const struct session *s)
{
    uint64_t hash = 0xCBF29CE484222325u;
    hash = digest_bytes(hash, &s->seed, sizeof s->seed);
    hash = digest_bytes(hash, &s->current, sizeof s->current);
    hash = digest_bytes(hash, &s->emulation, sizeof s->emulation);
    hash = digest_bytes(hash, &s->ignores_frozen, sizeof s->ignores_frozen);
    hash = digest_data(s, hash);
    for (size_t i = 0; i < s->models; i++)
        hash = model_digest(s->model[i], hash);
    for (size_t i = 0; i < s->variables; i++) {
        const struct variable *v = &s->variable[i];
        struct str text = {0};
        hash = digest_bytes(hash, v->name, strlen(v->name) + 1);
        hash = digest_bytes(hash, &v->number, sizeof v->number);
        if (v->penalty)
            node_print(&text, v->penalty);
        hash = digest_bytes(hash, text.text, text.size);
        str_finish(&text);
    }
    hash = definitions_digest(s, hash);
    hash = marks_digest(s, hash);
    return pictures_digest(s, hash);
}

void session_notice(const struct session *s, const char *format, ...)
{
    if (s->host->quiet || checking(s))
        return;
    /* On the stack: a notice must not be lost, nor a statement fail, for want of memory. */
    char text[600];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text - 1, format, list);
    va_end(list);
    /* It may quote what is no one line. */
    plain_clean(text);
    strcat(text, "\n");
    out_add(&s->host->err, text);
}

/* An object with the verb that it is of in front, and the statement's place behind. */
static void add_object(const struct session *s, const char *object, size_t n, struct str *to)
{
    struct json json = {.to = to};
    json_open(&json, NULL, '{');
    json_text(&json, "verb", s->statement ? s->statement->verb : "stop");
    const bool empty = n < 3;
    str_add(to, empty ? "" : ", ");
    str_bytes(to, object + 1, n - 2);
    if (s->statement)
        source_json(&s->sources, s->statement->where, &json);
    json_close(&json, '}');
    str_add(to, "\n");
}

/* Does so for each line. */
static void name_origin(const struct session *s, struct str *text)
{
    struct str all = {.failed = text->failed};
    const char *at = text->text, *end;
    for (; at && (end = strchr(at, '\n')); at = end + 1)
        if (*at == '{' && end[-1] == '}')
            add_object(s, at, (size_t)(end - at), &all);
    str_finish(text);
    *text = all;
}

int session_report(const struct session *s, struct str *text, struct err *e)
{
    if (s->host->json)
        name_origin(s, text);
    bool failed = text->failed;
    if (!failed && text->size && !checking(s))
        s->host->out.write(s->host->out.self, text->text, text->size);
    str_finish(text);
    return failed ? err_memory(e) : 0;
}

int session_report_words(const struct session *s, const char *key, struct str *text, struct err *e)
{
    struct str line = {0};
    struct json json = {.to = &line};
    if (!s->host->json)
        return session_report(s, text, e);
    while (text->size && text->text[text->size - 1] == '\n')
        text->text[--text->size] = 0;
    line.failed = text->failed;
    json_open(&json, NULL, '{');
    json_text(&json, key, text->text ? text->text : "");
    json_close(&json, '}');
    str_add(&line, "\n");
    str_finish(text);
    return session_report(s, &line, e);
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
