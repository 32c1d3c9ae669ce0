/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/requests.h"

#include "base/mem.h"
#include "base/system.h"
#include "repl/signals.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const struct span nowhere = {0};

struct requests {
    int fd;
    int told[2]; /* a byte stands in it as long as the other side has something to look at */
    int halt[2]; /* a byte comes when the thread is to end */
    pthread_t reader;
    pthread_mutex_t lock; /* of all that follows up to the line */
    struct request *first, *last;
    size_t waiting, bytes, lost;
    uint64_t orders;     /* given so far, from 1 */
    uint64_t stop_below; /* what has a lower order was interrupted */
    bool busy, ended, closing;

    /* Of the thread alone: */
    struct str line;
    uint64_t number; /* of the line, from 1 */
    bool too_long;
};

static void tell_other(struct requests *q)
{
    const char byte = 0;
    const ssize_t written = write(q->told[1], &byte, 1);
    (void)written; /* when it is full it holds enough */
}

/* Behind the last one that may wait there is one that counts what is refused. */
static struct request *refuse_more(struct requests *q, struct request *r)
{
    struct err e = {0};
    struct request *refused = NULL;
    if (q->last->further) {
        q->last->further++;
    } else {
        err_at(&e, nowhere, "too many requests wait");
        err_hint(&e, "read the replies; %d requests of %d MiB in all may wait", REQUESTS_WAITING,
                 REQUESTS_BYTES >> 20);
        refused = request_refused(r->line, &e);
        q->lost += !refused;
    }
    if (refused)
        refused->further = 1;
    request_destroy(r);
    return refused;
}

/* NULL: there was no memory for it. */
static void add_request(struct requests *q, struct request *r)
{
    pthread_mutex_lock(&q->lock);
    const bool good = r && r->wrong.kind == ERR_NONE;
    const uint64_t order = ++q->orders;
    if (good && r->kind == REQUEST_INTERRUPT) {
        q->stop_below = order;
        if (q->busy)
            signals_interrupt();
    }
    q->closing = q->closing || (good && r->kind == REQUEST_QUIT);
    const size_t size = r ? r->text.size : 0;
    q->lost += !r;
    if (r && (q->waiting >= REQUESTS_WAITING || q->bytes + size > REQUESTS_BYTES))
        r = refuse_more(q, r);
    if (r) {
        r->order = order;
        if (q->last)
            q->last->next = r;
        else
            q->first = r;
        q->last = r;
        q->waiting++;
        q->bytes += r->text.size;
    }
    tell_other(q);
    pthread_mutex_unlock(&q->lock);
}

static void refuse_line(struct requests *q, const char *why)
{
    struct err e = {0};
    err_at(&e, nowhere, "%s", why);
    err_hint(&e, "a request has at most %d MiB", REQUEST_LARGEST >> 20);
    add_request(q, request_refused(q->number, &e));
}

static void end_line(struct requests *q)
{
    static const char blanks[] = " \t\r";
    const struct str *line = &q->line;
    q->number++;
    if (q->too_long)
        refuse_line(q, "this line is too long");
    else if (line->failed)
        refuse_line(q, "there is no memory for this line");
    else if (line->size && strspn(line->text, blanks) < line->size)
        add_request(q, request_read(line->text, line->size, q->number));
    str_finish(&q->line);
    q->too_long = false;
}

static void take_piece(struct requests *q, const char *piece, size_t n)
{
    for (size_t at = 0; at < n; at++) {
        const char *end = memchr(piece + at, '\n', n - at);
        const size_t size = end ? (size_t)(end - piece) - at : n - at;
        if (q->line.size + size > REQUEST_LARGEST)
            q->too_long = true;
        if (q->too_long)
            str_finish(&q->line);
        else
            str_bytes(&q->line, piece + at, size);
        at += size;
        if (end)
            end_line(q);
    }
}

static void end_input(struct requests *q)
{
    if (q->line.size || q->line.failed || q->too_long)
        end_line(q);
    pthread_mutex_lock(&q->lock);
    q->ended = q->closing = true;
    tell_other(q);
    pthread_mutex_unlock(&q->lock);
}

static void *read_all(void *self)
{
    struct requests *q = self;
    char piece[64 << 10];
    for (;;) {
        struct pollfd watched[] = {{.fd = q->fd, .events = POLLIN},
                                   {.fd = q->halt[0], .events = POLLIN}};
        if (poll(watched, 2, -1) < 0)
            continue;
        if (watched[1].revents)
            return NULL;
        const ssize_t n = read(q->fd, piece, sizeof piece);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            break;
        take_piece(q, piece, (size_t)n);
    }
    end_input(q);
    return NULL;
}

static void close_both(const int ends[2])
{
    for (int i = 0; i < 2; i++)
        if (ends[i] >= 0)
            close(ends[i]);
}

/* Signals are for the first thread, whose waits they end. */
static int start_reader(struct requests *q)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const int failed = pthread_create(&q->reader, NULL, read_all, q);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

struct requests *requests_start(int fd, struct err *e)
{
    struct requests *q = mem_new(1, sizeof *q);
    if (!q) {
        err_memory(e);
        return NULL;
    }
    q->fd = fd;
    q->told[0] = q->told[1] = q->halt[0] = q->halt[1] = -1;
    pthread_mutex_init(&q->lock, NULL);
    if (system_pipe(q->told, false) == 0 && system_pipe(q->halt, true) == 0 && !start_reader(q))
        return q;
    err_at(e, nowhere, "there is no thread to read requests");
    err_hint(e, "close other programs and try again");
    close_both(q->told);
    close_both(q->halt);
    pthread_mutex_destroy(&q->lock);
    mem_free(q);
    return NULL;
}

void requests_finish(struct requests *q)
{
    if (!q)
        return;
    const ssize_t written = write(q->halt[1], "", 1);
    (void)written; /* it is empty, so it has room */
    pthread_join(q->reader, NULL);
    for (struct request *r; (r = q->first);) {
        q->first = r->next;
        request_destroy(r);
    }
    close_both(q->told);
    close_both(q->halt);
    pthread_mutex_destroy(&q->lock);
    str_finish(&q->line);
    mem_free(q);
}

int requests_fd(const struct requests *q)
{
    return q->told[0];
}

struct request *requests_next(struct requests *q)
{
    char bytes[256];
    pthread_mutex_lock(&q->lock);
    struct request *r = q->first;
    if (r) {
        q->first = r->next;
        q->last = q->first ? q->last : NULL;
        q->waiting--;
        q->bytes -= r->text.size;
        r->next = NULL;
        r->interrupted = r->order < q->stop_below;
        q->busy = true;
    }
    if (!q->first && !q->ended && !q->lost)
        while (read(q->told[0], bytes, sizeof bytes) > 0)
            continue;
    pthread_mutex_unlock(&q->lock);
    return r;
}

size_t requests_lost(struct requests *q)
{
    pthread_mutex_lock(&q->lock);
    const size_t lost = q->lost;
    q->lost = 0;
    pthread_mutex_unlock(&q->lock);
    return lost;
}

void requests_done(struct requests *q)
{
    pthread_mutex_lock(&q->lock);
    q->busy = false;
    pthread_mutex_unlock(&q->lock);
}

bool requests_over(struct requests *q)
{
    pthread_mutex_lock(&q->lock);
    const bool over = !q->first && q->ended && !q->lost;
    pthread_mutex_unlock(&q->lock);
    return over;
}

bool requests_closing(struct requests *q)
{
    pthread_mutex_lock(&q->lock);
    const bool closing = q->closing;
    pthread_mutex_unlock(&q->lock);
    return closing;
}
