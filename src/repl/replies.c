/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/replies.h"

#include "base/plain.h"
#include "repl/requests.h"
#include "repl/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int replies_start(struct replies *r, struct loop *l, struct err *e)
{
    *r =
        (struct replies){.loop = l, .fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
    if (r->fd >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
        return 0;
    err_at(e, (struct span){0}, "there is no descriptor for the replies");
    return err_hint(e, "close other programs and try again");
}

void replies_finish(struct replies *r)
{
    if (r->fd >= 0)
        close(r->fd);
    str_finish(&r->line);
}

/* Waits until the descriptor takes something. An interrupt ends no line: whoever reads on must not
 * find half of one. */
static bool wait_for_room(struct replies *r)
{
    enum { LOOK = 200 };
    const double patience = 5, moment = 0.1;
    struct loop *l = r->loop;
    const double began = l->host.clock(l->host.self);
    for (;;) {
        struct pollfd watched[] = {{.fd = r->fd, .events = POLLOUT},
                                   {.fd = signals_fd(), .events = POLLIN}};
        const int ready = poll(watched, 2, LOOK);
        if (ready > 0 && watched[0].revents)
            return true;
        loop_look(l);
        const double waited = l->host.clock(l->host.self) - began;
        if (l->leave && waited > moment)
            return false;
        if (requests_closing(r->requests) && waited > patience) {
            l->trouble = ETIMEDOUT;
            return false;
        }
    }
}

/* Never more than finds room: a pipe that can be written takes so much at once. */
static ssize_t write_some(int fd, const char *bytes, size_t n)
{
    const size_t most = 4096;
    const ssize_t sent = send(fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 && errno == ENOTSOCK ? write(fd, bytes, n < most ? n : most) : sent;
}

static void write_whole(struct replies *r, const char *bytes, size_t n)
{
    for (size_t done = 0; done < n && !r->loop->trouble;) {
        if (!wait_for_room(r))
            return;
        const ssize_t took = write_some(r->fd, bytes + done, n - done);
        if (took > 0)
            done += (size_t)took;
        else if (took < 0 && errno != EINTR && errno != EAGAIN)
            r->loop->trouble = errno;
    }
}

struct json *replies_begin(struct replies *r, const char *event)
{
    r->line.size = 0;
    r->json = (struct json){.to = &r->line};
    json_open(&r->json, NULL, '{');
    if (r->id)
        replies_raw(r, "id", r->id, strlen(r->id));
    else
        json_number(&r->json, "id", NAN);
    json_text(&r->json, "event", event);
    r->event = event;
    return &r->json;
}

void replies_raw(struct replies *r, const char *key, const char *json, size_t n)
{
    str_addf(&r->line, "%s\"%s\": ", r->json.comma ? ", " : "", key);
    str_bytes(&r->line, json, n);
    r->json.comma = true;
}

/* In place of a line for which there was no memory. Each request needs its end. */
static void tell_no_memory(struct replies *r)
{
    char line[REQUEST_ID_LARGEST * 6 + 200];
    const bool ends = strcmp(r->event, "done") == 0;
    const int n = snprintf(line, sizeof line,
                           "{\"id\": %s, \"event\": \"%s\", %s\"error\": \"not enough memory\", "
                           "\"hint\": \"\", \"text\": \"nnr: not enough memory\"}\n",
                           r->id ? r->id : "null", ends ? "done" : "error",
                           ends ? "\"status\": \"error\", " : "\"verb\": null, ");
    write_whole(r, line, (size_t)n);
}

void replies_send(struct replies *r)
{
    json_close(&r->json, '}');
    str_add(&r->line, "\n");
    if (!r->line.failed) {
        write_whole(r, r->line.text, r->line.size);
        return;
    }
    str_finish(&r->line);
    r->line = (struct str){0};
    tell_no_memory(r);
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

void replies_text(struct replies *r, const char *event, const char *text, size_t n)
{
    const size_t most = 64 << 10;
    for (size_t at = 0, size; at < n; at += size) {
        struct str plain = {0};
        const struct out out = out_to(&plain);
        size = n - at;
        if (size > most)
            for (size = most; size > most - 4 && continues_character(text[at + size]);)
                size--;
        plain_write(&out, text + at, size, PLAIN_LINES);
        struct json *j = replies_begin(r, event);
        json_text(j, "text", plain.size ? plain.text : "");
        r->line.failed = r->line.failed || plain.failed;
        replies_send(r);
        str_finish(&plain);
    }
}

static bool has_room(int fd)
{
    struct pollfd out = {.fd = fd, .events = POLLOUT};
    return poll(&out, 1, 0) > 0;
}

static void add_epoch(struct json *j, const struct progress *p)
{
    json_number(j, "epoch", (double)p->epoch);
    json_number(j, "epochs", (double)p->epochs);
    json_number(j, "data", p->data);
    json_number(j, "penalty", p->penalty);
    if (p->validates)
        json_number(j, "validation", p->validation);
    if (p->judges)
        json_number(j, "accuracy", p->accuracy);
    if (p->judges && p->validates)
        json_number(j, "validation_accuracy", p->validation_accuracy);
}

void replies_progress(struct replies *r, const struct progress *p, double now)
{
    const double pause = 0.1;
    if (!r->id || (r->told > 0 && now - r->told < pause) || !has_room(r->fd))
        return;
    r->told = now;
    struct json *j = replies_begin(r, "progress");
    json_text(j, "what", p->what);
    if (p->model)
        json_text(j, "model", p->model);
    if (p->runs) {
        json_number(j, "runs", (double)p->runs);
        json_number(j, "runs_done", (double)p->runs_done);
    }
    if (p->epochs)
        add_epoch(j, p);
    json_number(j, "step", (double)p->step);
    if (p->steps)
        json_number(j, "steps", (double)p->steps);
    replies_send(r);
}
