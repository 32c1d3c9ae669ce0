/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session of a few invented verbs, so that the prompt is tested apart from the language:
 *
 *     echo TEXT       prints it             train N   N epochs of five slices of 10 ms
 *     bad, hope       an error, a failed expect       model X   changes the prompt
 *     facts, where    what the host says, and where the statement stands
 *     screen          what it says of pictures
 *     flood N         N lines, as long as tick says go on
 *     nomem N         the N-th allocation from now fails
 *     type            what the host does for a step: shows it, asks, prints what was typed
 *     run, stop       trains in the background; the prompt counts the steps
 *     regret          the same as run, with a Ctrl-C before it ends
 *     ask, picture    what the host does for pause, and with a picture of text
 *     quit            also { } over several lines, and \ at the end of a line
 */
#include "cmd/common/audit_file.h"
#include "cmd/common/page.h"
#include "cmd/common/plotting.h"
#include "cmd/exec/grade.h"
#include "cmd/session/given.h"
#include "cmd/session/host.h"
#include "cmd/session/jobs.h"
#include "cmd/session/ways.h"
#include "cmd/shell/anew.h"
#include "cmd/shell/background.h"
#include "cmd/shell/complete.h"
#include "cmd/shell/completeness.h"
#include "cmd/shell/hint.h"
#include "cmd/shell/run_text.h"
#include "cmd/shell/session.h"
#include "cmd/shell/typed.h"
#include "cmd/verbs/catalogue.h"
#include "cmd/verbs/help_text.h"
#include "cmd/verbs/syntax.h"

#include "base/mem.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct session {
    const struct host *host;
    uint64_t seed;
    char prompt[60];
    bool running; /* `run` trains in the background, 10 ms an advance */
    bool busy;    /* and an advance does not begin in another */
    int steps;
};

static unsigned most_threads;

struct place {
    const char *name, *folder;
    uint32_t line;
};

void session_threads(unsigned n)
{
    most_threads = n;
}

enum outcome session_grade(struct session *s, const char *name, const char *text, size_t size,
                           double limit)
{
    (void)s, (void)name, (void)text, (void)size, (void)limit;
    return OUTCOME_OK;
}

enum outcome session_grades(struct session *s, enum outcome how)
{
    (void)s;
    return how;
}

bool session_exercising(const struct session *s)
{
    (void)s;
    return false;
}

int session_plot_check(const char *where, struct err *e)
{
    (void)where;
    (void)e;
    return 0;
}

bool session_windows_open(const struct session *s)
{
    (void)s;
    return false;
}

int session_page_check(const char *path, struct err *e)
{
    (void)path;
    (void)e;
    return 0;
}

int session_page(struct session *s, const char *path, const char *ended, struct err *e)
{
    (void)s;
    (void)path;
    (void)ended;
    (void)e;
    return 0;
}

struct session *session_create(const struct host *host, uint64_t seed)
{
    struct session *s = mem_new(1, sizeof *s);
    if (s)
        *s = (struct session){.host = host, .seed = seed, .prompt = "nnr> "};
    return s;
}

int session_text(const struct session *s, struct str *to, struct err *e)
{
    (void)s;
    (void)to;
    (void)e;
    return 0;
}

struct session *session_anew(struct session *s)
{
    (void)s;
    return NULL;
}

void session_give_up(struct session *own, struct session *s)
{
    (void)s;
    mem_free(own);
}

void session_hand_over(struct session *from, struct session *to)
{
    (void)from;
    (void)to;
}

void session_destroy(struct session *s)
{
    mem_free(s);
}

const char *session_prompt(struct session *s)
{
    return s->prompt;
}

size_t session_descriptors(const struct session *s,
                           struct session_descriptor to[SESSION_DESCRIPTORS])
{
    (void)s;
    (void)to;
    return 0;
}

double session_deadline(const struct session *s)
{
    return s->running ? 0 : INFINITY;
}

void session_advance(struct session *s)
{
    if (!s->running || s->busy)
        return;
    s->busy = true;
    nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
    s->steps++;
    /* What is watched has work of its own, which tells how far it is. */
    struct progress p = {.what = "observe", .step = (uint64_t)s->steps, .steps = 1000000};
    s->host->tick(s->host->self, &p);
    s->busy = false;
    snprintf(s->prompt, sizeof s->prompt, "nnr step %d> ", s->steps);
}

bool session_running(const struct session *s)
{
    return s->running;
}

bool session_stop(struct session *s)
{
    if (!s->running)
        return false;
    s->running = false;
    snprintf(s->prompt, sizeof s->prompt, "nnr> ");
    out_addf(&s->host->out, "ran %s\n", s->steps > 0 ? "some steps" : "nothing");
    return true;
}

static enum outcome train(struct session *s, uint64_t epochs)
{
    enum { SLICES = 5 };
    const struct host *h = s->host;
    struct progress p = {.what = "train", .epochs = epochs, .steps = epochs * SLICES};
    out_addf(&h->out, "training %d\n", (int)epochs);
    for (p.epoch = 1; p.epoch <= epochs; p.epoch++)
        for (int i = 1; i <= SLICES; i++) {
            nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
            p.step++;
            p.epoch_ended = i == SLICES;
            p.data = 0.0126;
            p.penalty = 0.009;
            if (!h->tick(h->self, &p)) {
                out_add(&h->out, "stopped\n");
                return OUTCOME_STOPPED;
            }
        }
    out_add(&h->out, "trained\n");
    return OUTCOME_OK;
}

static void type(const struct session *s)
{
    struct str typed = {0};
    const bool goes_on = s->host->type(s->host->self, "shown\n", "step> ", &typed);
    out_addf(&s->host->out, "%s [%s]\n", goes_on ? "typed" : "gave up",
             typed.text ? typed.text : "");
    str_finish(&typed);
}

void given_tell_unused(struct session *s)
{
    (void)s;
}

enum outcome session_let(struct session *s, const char *text)
{
    out_addf(&s->host->out, "let %s\n", text);
    return strchr(text, '=') ? OUTCOME_OK : OUTCOME_ERROR;
}

static enum outcome flood(struct session *s, int lines)
{
    const struct host *h = s->host;
    for (int i = 0; i < lines; i++) {
        out_addf(&h->out, "line %d\n", i);
        if (i % 100 == 0 && !h->tick(h->self, NULL))
            return OUTCOME_STOPPED;
    }
    return OUTCOME_OK;
}

static void facts(const struct session *s)
{
    const struct host *h = s->host;
    out_addf(&h->out,
             "person %d json %d quiet %d check %d size %ux%u seed %d threads %u "
             "step %d plot %s\n",
             h->person, h->json, h->quiet, h->check, h->width, h->height, (int)s->seed,
             most_threads, h->step, h->plot);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static enum outcome obey(struct session *s, const char *text, const struct place *at)
{
    const struct host *h = s->host;
    if (begins(text, "echo "))
        out_addf(&h->out, "%s\n", text + 5);
    else if (begins(text, "train "))
        return train(s, strtoul(text + 6, NULL, 10));
    else if (strcmp(text, "run") == 0)
        s->running = true;
    else if (strcmp(text, "regret") == 0)
        s->running = raise(SIGINT) == 0 && !h->tick(h->self, NULL);
    else if (strcmp(text, "stop") == 0)
        session_stop(s);
    else if (strcmp(text, "ask") == 0)
        out_add(&h->out, h->ask(h->self, "press Enter") ? "asked\n" : "refused\n");
    else if (strcmp(text, "type") == 0)
        type(s);
    else if (strcmp(text, "picture") == 0)
        h->picture(h->self, "a picture\n", 10);
    else if (begins(text, "paint "))
        h->picture(h->self, text + 6, strlen(text + 6));
    else if (begins(text, "flood "))
        return flood(s, atoi(text + 6));
    else if (begins(text, "nomem "))
        mem_fail_at(atoi(text + 6));
    else if (begins(text, "model "))
        snprintf(s->prompt, sizeof s->prompt, "nnr:%s> ", text + 6);
    else if (strcmp(text, "facts") == 0)
        facts(s);
    else if (strcmp(text, "screen") == 0)
        out_addf(&h->out, "display %d screen %d colour %d plot %s\n", h->display, h->screen,
                 h->colour, h->plot);
    else if (strcmp(text, "where") == 0)
        out_addf(&h->out, "%s in %s line %u\n", at->name, at->folder, at->line);
    else if (strcmp(text, "quit") == 0)
        return OUTCOME_QUIT;
    else if (strcmp(text, "hope") == 0)
        return out_add(&h->err, "hope: expected more\n"), OUTCOME_EXPECT;
    else if (text[0] && !strchr("{}", text[0]))
        return out_addf(&h->err, "%s:%u:1: no verb \"%s\"\n", at->name, at->line, text),
               OUTCOME_ERROR;
    return OUTCOME_OK;
}

static bool incomplete(const char *text, size_t size)
{
    int depth = 0;
    for (size_t i = 0; i < size; i++)
        depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
    return depth > 0 || (size > 1 && text[size - 2] == '\\' && text[size - 1] == '\n');
}

enum outcome session_run(struct session *s, const char *name, const char *folder, const char *text,
                         size_t size, uint32_t line, bool complete)
{
    if (incomplete(text, size)) {
        if (!complete)
            return OUTCOME_INCOMPLETE;
        out_addf(&s->host->err, "%s: this is not closed\n", name);
        return OUTCOME_ERROR;
    }
    char statement[200];
    struct place at = {name, folder, line};
    enum outcome how = OUTCOME_OK;
    for (size_t from = 0; from < size && how == OUTCOME_OK; at.line++) {
        const char *end = memchr(text + from, '\n', size - from);
        size_t n = (end ? (size_t)(end - text) : size) - from;
        snprintf(statement, sizeof statement, "%.*s", (int)n, text + from);
        how = obey(s, statement + strspn(statement, " "), &at);
        from += n + 1;
    }
    return how;
}

/* The verbs at the start of a line; after `echo ` two words in quotes, one of them with a blank. */
char **session_complete(struct session *s, const char *line, size_t point, size_t *start,
                        char *suffix)
{
    (void)s;
    static const char *const verbs[] = {"echo", "train", "trace", NULL};
    static const char *const names[] = {"\"my file\"", "\"other\"", NULL};
    *start = begins(line, "echo ") ? 5 : 0;
    *suffix = *start ? 0 : ' ';
    const char *const *from = *start ? names : verbs;
    char **words = mem_new(4, sizeof *words);
    size_t count = 0;
    for (; words && *from; from++)
        if (strncmp(*from, line + *start, point - *start) == 0)
            words[count++] = mem_text(*from, strlen(*from));
    if (words && count)
        return words;
    mem_free(words);
    return NULL;
}

static const struct ways plain_ways;

const struct ways *session_ways(const struct session *s)
{
    (void)s;
    return &plain_ways;
}

/* Of `paint`, digits are numbers. */
void typed_classes(const struct session *s, const struct typed *t, unsigned char *class)
{
    (void)s;
    for (size_t i = 0; i < t->size; i++)
        class[i] = begins(t->text, "paint") && t->text[i] >= '0' && t->text[i] <= '9' ? TYPED_NUMBER
                                                                                      : TYPED_PLAIN;
}

int audit_system_check(const char *name, struct err *e)
{
    (void)name;
    (void)e;
    return 0;
}

int audit_file(const char *path, const char *as, bool json, struct str *to, bool *bent,
               struct err *e)
{
    (void)path;
    (void)as;
    (void)json;
    (void)to;
    (void)e;
    *bent = false;
    return 0;
}

enum completeness session_completeness(const struct session *s, const char *text, size_t size)
{
    (void)s;
    return memchr(text, '{', size) && !memchr(text, '}', size) ? TEXT_OPEN : TEXT_COMPLETE;
}

void typed_hint(struct session *s, const struct typed *t, struct str *to)
{
    (void)s;
    if (begins(t->text, "hinted"))
        str_add(to, "what is due");
}

void typed_topic(struct session *s, const struct typed *t, struct str *to)
{
    (void)s;
    str_bytes(to, t->text, t->size);
}

void typed_rest(struct session *s, const struct typed *t, struct str *to)
{
    (void)s;
    if (t->size == 4 && begins(t->text, "hint"))
        str_add(to, "ed");
}

void manual_write(const struct out *to)
{
    out_add(to, "# Reference\n");
}

void syntax_vim(struct str *to)
{
    str_add(to, "vim\n");
}

void syntax_nano(struct str *to)
{
    str_add(to, "nano\n");
}

void syntax_textmate(struct str *to)
{
    str_add(to, "textmate\n");
}

void syntax_man(struct str *to)
{
    str_add(to, ".SH VERBS\n");
}

void catalogue_write(const struct out *to)
{
    out_add(to, "# What one regularizes with\n");
}
