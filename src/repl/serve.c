/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/serve.h"

#include "base/mem.h"
#include "cmd/shell/complete.h"
#include "cmd/shell/completeness.h"
#include "cmd/shell/hint.h"
#include "cmd/shell/run_text.h"
#include "cmd/shell/typed.h"
#include "repl/replies.h"
#include "repl/requests.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct serve {
    struct loop *loop;
    struct requests *requests;
    struct replies replies;
    struct listener listener;
    struct str *help; /* what is told of a word goes there; NULL: nothing is asked */
    bool over;
};

/* Of --json each line is an object. */
static void tell_objects(struct serve *v, const char *text, size_t n)
{
    const char *end;
    for (const char *at = text; (end = memchr(at, '\n', n - (size_t)(at - text))); at = end + 1) {
        replies_begin(&v->replies, "result");
        replies_raw(&v->replies, "result", at, (size_t)(end - at));
        replies_send(&v->replies);
    }
}

static void tell_out(void *self, const char *bytes, size_t n)
{
    struct serve *v = self;
    if (v->help)
        str_bytes(v->help, bytes, n);
    else if (v->loop->host.json)
        tell_objects(v, bytes, n);
    else
        replies_text(&v->replies, "text", bytes, n);
}

static void tell_notice(void *self, const char *bytes, size_t n)
{
    struct serve *v = self;
    if (!v->help)
        replies_text(&v->replies, "notice", bytes, n);
}

static void tell_text_picture(void *self, const char *text, size_t n)
{
    struct loop *l = self;
    tell_out(l->listener, text, n);
}

/* The members of the object, and how people read it. */
static void tell_error(void *self, const char *text, const char *object)
{
    struct serve *v = self;
    if (v->help)
        return;
    if (!object)
        object = "{\"verb\": null, \"error\": \"not enough memory\", \"hint\": null}";
    const size_t end = strcspn(object, "\n");
    struct json *j = replies_begin(&v->replies, "error");
    str_add(j->to, ", ");
    str_bytes(j->to, object + 1, end - 2);
    json_text(j, "text", text);
    replies_send(&v->replies);
}

static void tell_picture(void *self, const char *view, const char *words, const char *svg)
{
    struct serve *v = self;
    struct json *j = replies_begin(&v->replies, "picture");
    json_text(j, "view", view);
    json_text(j, "words", words);
    json_text(j, "svg", svg);
    replies_send(&v->replies);
}

static void tell_progress(void *self, const struct progress *p, double now)
{
    struct serve *v = self;
    if (!v->help)
        replies_progress(&v->replies, p, now);
}

static struct json *begin_done(struct serve *v, const char *status)
{
    struct json *j = replies_begin(&v->replies, "done");
    json_text(j, "status", status);
    return j;
}

static void end_done(struct serve *v, const char *status)
{
    begin_done(v, status);
    replies_send(&v->replies);
}

static void refuse(struct serve *v, const struct request *r)
{
    struct json *j = begin_done(v, "refused");
    json_text(j, "error", r->wrong.what);
    json_text(j, "hint", r->wrong.hint);
    if (r->line)
        json_number(j, "line", (double)r->line);
    if (r->further)
        json_number(j, "requests", (double)r->further);
    replies_send(&v->replies);
}

static void refuse_lost(struct serve *v, size_t lost)
{
    struct request r = {.further = lost};
    err_memory(&r.wrong);
    refuse(v, &r);
}

static const char *status_of(enum outcome how)
{
    switch (how) {
    case OUTCOME_OK:
        return "ok";
    case OUTCOME_QUIT:
        return "quit";
    case OUTCOME_EXPECT:
        return "expect";
    case OUTCOME_STOPPED:
        return "stopped";
    case OUTCOME_ERROR:
    case OUTCOME_INCOMPLETE:
        break;
    }
    return "error";
}

/* As a line of the prompt, so that `dense?` asks for help. */
static void answer_run(struct serve *v, const struct request *r)
{
    struct loop *l = v->loop;
    const char *name = r->name.text;
    l->host.json = r->objects;
    enum outcome how = loop_text(l, name, ".", r->text, 1, false);
    if (how == OUTCOME_INCOMPLETE)
        how = loop_text(l, name, ".", r->text, 1, true);
    l->host.json = false;
    v->over = v->over || how == OUTCOME_QUIT;
    end_done(v, status_of(how));
}

/* The line that the cursor is in begins at that byte. */
static size_t line_begin(const struct request *r)
{
    size_t at = r->point;
    while (at && r->text.text[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_size(const struct request *r, size_t begin)
{
    const char *end = memchr(r->text.text + begin, '\n', r->text.size - begin);
    return end ? (size_t)(end - r->text.text) - begin : r->text.size - begin;
}

static void answer_complete(struct serve *v, const struct request *r)
{
    const char *text = r->text.text ? r->text.text : "";
    const size_t begin = r->text.size ? line_begin(r) : 0;
    size_t from = r->point - begin;
    char suffix;
    char **words =
        session_complete(v->loop->session, text + begin, r->point - begin, &from, &suffix);
    struct json *j = begin_done(v, "ok");
    json_number(j, "from", (double)request_characters(text, begin + from));
    json_number(j, "to", (double)request_characters(text, r->point));
    json_open(j, "words", '[');
    for (size_t i = 0; words && words[i]; i++) {
        json_text(j, NULL, words[i]);
        mem_free(words[i]);
    }
    mem_free(words);
    json_close(j, ']');
    replies_send(&v->replies);
}

/* What help says of a word. */
static bool ask_help(struct serve *v, const char *word, struct str *to)
{
    struct str ask = {0};
    str_addf(&ask, "help \"%s\"\n", word);
    v->help = to;
    const bool found = !ask.failed && session_run(v->loop->session, "<inspect>", ".", ask.text,
                                                  ask.size, 1, true) == OUTCOME_OK;
    v->help = NULL;
    str_finish(&ask);
    return found && to->size && !to->failed;
}

static void answer_inspect(struct serve *v, const struct request *r)
{
    struct session *s = v->loop->session;
    const size_t begin = r->text.size ? line_begin(r) : 0;
    struct str word = {0}, help = {0};
    if (r->text.size) {
        struct typed t = {r->text.text + begin, line_size(r, begin), r->point - begin};
        t.point -= t.point && t.text[t.point - 1] == '?';
        typed_topic(s, &t, &word);
        if (!word.size || word.failed || !ask_help(v, word.text, &help)) {
            str_finish(&help);
            typed_hint(s, &t, &help);
        }
    }
    const bool found = help.size && !help.failed;
    struct json *j = begin_done(v, "ok");
    json_bool(j, "found", found);
    json_text(j, "word", word.size && !word.failed ? word.text : "");
    json_text(j, "text", found ? help.text : "");
    replies_send(&v->replies);
    str_finish(&word);
    str_finish(&help);
}

static void answer_is_complete(struct serve *v, const struct request *r)
{
    static const char *const words[] = {
        [TEXT_COMPLETE] = "yes", [TEXT_OPEN] = "no", [TEXT_WRONG] = "wrong"};
    const enum completeness how =
        session_completeness(v->loop->session, r->text.size ? r->text.text : "", r->text.size);
    json_text(begin_done(v, "ok"), "complete", words[how]);
    replies_send(&v->replies);
}

/* What it stopped has been answered before it. */
static void answer_interrupt(struct serve *v, const struct request *r)
{
    (void)r;
    end_done(v, "ok");
}

static void answer_quit(struct serve *v, const struct request *r)
{
    (void)r;
    v->over = true;
    end_done(v, "quit");
}

static void answer(struct serve *v, const struct request *r)
{
    static void (*const answers[REQUEST_KINDS])(struct serve * v, const struct request *r) = {
        [REQUEST_RUN] = answer_run,
        [REQUEST_COMPLETE] = answer_complete,
        [REQUEST_INSPECT] = answer_inspect,
        [REQUEST_IS_COMPLETE] = answer_is_complete,
        [REQUEST_INTERRUPT] = answer_interrupt,
        [REQUEST_QUIT] = answer_quit,
    };
    const bool works = r->kind != REQUEST_INTERRUPT && r->kind != REQUEST_QUIT;
    v->replies.id = r->id.size ? r->id.text : NULL;
    v->replies.told = v->loop->host.clock(v->loop->host.self);
    if (r->wrong.kind != ERR_NONE)
        refuse(v, r);
    else if (works && r->interrupted)
        end_done(v, "stopped");
    else
        answers[r->kind](v, r);
    v->replies.id = NULL;
}

static void say_hello(struct serve *v)
{
    struct json *j = replies_begin(&v->replies, "hello");
    json_number(j, "protocol", SERVE_PROTOCOL);
    json_text(j, "version", NNR_VERSION);
    json_open(j, "requests", '[');
    for (int i = 0; i < REQUEST_KINDS; i++)
        json_text(j, NULL, request_kind_name((enum request_kind)i));
    json_close(j, ']');
    replies_send(&v->replies);
}

/* Programs that nnr starts do not get the input. */
static int take_input(struct err *e)
{
    const int fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0) {
        close(nothing);
        return fd;
    }
    err_at(e, (struct span){0}, "there is no descriptor for the requests");
    return err_hint(e, "close other programs and try again");
}

static void settle_host(struct serve *v)
{
    struct loop *l = v->loop;
    v->listener = (struct listener){.self = v, .error = tell_error, .picture = tell_picture};
    l->terminal.in = l->terminal.out = false;
    l->host.out = (struct out){tell_out, v};
    l->host.err = (struct out){tell_notice, v};
    l->host.picture = tell_text_picture;
    l->host.listener = &v->listener;
    l->host.screen = l->host.watched = l->host.colour = false;
    l->progressed = tell_progress;
    l->listener = v;
    l->input = requests_fd(v->requests);
    l->serving = true;
}

static void answer_all(struct serve *v)
{
    struct loop *l = v->loop;
    while (!v->over && !loop_leaving(l)) {
        const size_t lost = requests_lost(v->requests);
        struct request *r = requests_next(v->requests);
        if (lost)
            refuse_lost(v, lost);
        if (r) {
            answer(v, r);
            requests_done(v->requests);
            loop_look(l);
            request_destroy(r);
        } else if (requests_over(v->requests)) {
            return;
        } else {
            loop_wait(l);
        }
        /* Ctrl-C is for what is done at that moment. */
        l->stop = false;
    }
}

enum outcome serve_run(struct loop *l)
{
    struct serve v = {.loop = l, .replies.fd = -1};
    struct err e = {0};
    const int fd = take_input(&e);
    v.requests = fd >= 0 ? requests_start(fd, &e) : NULL;
    if (!v.requests || replies_start(&v.replies, l, &e)) {
        loop_complain(l, &e);
        requests_finish(v.requests);
        return OUTCOME_ERROR;
    }
    const struct host before = l->host;
    v.replies.requests = v.requests;
    settle_host(&v);
    say_hello(&v);
    answer_all(&v);
    l->host = before;
    l->progressed = NULL;
    requests_finish(v.requests);
    replies_finish(&v.replies);
    return OUTCOME_OK;
}
