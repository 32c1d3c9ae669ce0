/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/fork_pool.h"

#include "base/mem.h"
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIES = 2, PAUSE = 20 };
#define IDLE SIZE_MAX

struct child {
    pid_t pid; /* 0: there is none */
    int fd;    /* our end of the socket */
    size_t item;
    struct str in; /* of the answer, as far as it has come */
};

/* What stands before the bytes of an answer. */
struct answer {
    uint64_t item, size;
};
#define CANNOT UINT64_MAX /* for a size: the process could not do it, and ends */

struct item {
    struct str bytes;
    unsigned tries;
    bool came, waits; /* an answer is there; its process died, and it waits for another one */
    bool here;        /* no other process can do it */
};

struct fork_pool {
    const struct fork_work *work;
    struct child *child;
    unsigned children;
    struct item *item;
    size_t fresh; /* the first item that nobody was given */
    size_t taken;
    int refused; /* errno of the latest process that could not be had; 0: it could */
};

static int receive_bytes(int fd, void *to, size_t n)
{
    for (char *at = to; n;) {
        const ssize_t got = recv(fd, at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        at += got;
        n -= (size_t)got;
    }
    return 0;
}

static int send_all(int fd, const void *bytes, size_t n)
{
    for (const char *at = bytes; n;) {
        const ssize_t sent = system_send(fd, at, n);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return -1;
        at += sent;
        n -= (size_t)sent;
    }
    return 0;
}

/* Everything but `kept`, which is moved to the first place behind the standard files. */
static int close_others(int kept)
{
    enum { PLACE = STDERR_FILENO + 1 };
    const int null = open("/dev/null", O_RDWR);
    for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
        dup2(null, fd);
    if (kept != PLACE)
        dup2(kept, PLACE);
    system_close_from(PLACE + 1);
    return PLACE;
}

/* Ctrl-C reaches all processes at a terminal; what becomes of these is for the first one to say. */
static void reset_signals(void)
{
    struct sigaction act = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &act, NULL);
    act.sa_handler = SIG_IGN;
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGQUIT, &act, NULL);
    sigaction(SIGHUP, &act, NULL);
    sigaction(SIGXFSZ, &act, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void serve_items(const struct fork_work *w, int fd, pid_t parent)
{
    uint64_t i;
    system_end_with_parent();
    if (getppid() != parent)
        return;
    reset_signals();
    fd = close_others(fd);
    w->enter(w->self);
    while (receive_bytes(fd, &i, sizeof i) == 0) {
        struct str s = {0};
        struct answer head = {.item = i};
        str_bytes(&s, (const char *)&head, sizeof head);
        if (w->run(w->self, (size_t)i, &s) || s.failed) {
            head.size = CANNOT;
            send_all(fd, &head, sizeof head);
            return;
        }
        head.size = s.size - sizeof head;
        memcpy(s.text, &head, sizeof head);
        if (send_all(fd, s.text, s.size))
            return;
        str_finish(&s);
    }
}

static void start_child(struct fork_pool *p, struct child *c)
{
    int ends[2];
    const pid_t parent = getpid();
    p->refused = 0;
    if (system_socket_pair(ends)) {
        p->refused = errno;
        return;
    }
    const pid_t pid = fork();
    if (pid == 0) {
        serve_items(p->work, ends[1], parent);
        _exit(1);
    }
    p->refused = pid < 0 ? errno : 0;
    close(ends[1]);
    if (pid < 0)
        close(ends[0]);
    else
        *c = (struct child){.pid = pid, .fd = ends[0], .item = IDLE};
}

static void end_child(struct child *c)
{
    if (!c->pid)
        return;
    kill(c->pid, SIGKILL);
    while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    close(c->fd);
    str_finish(&c->in);
    *c = (struct child){0};
}

/* Its item is for another process, unless that was the second one. */
static void bury_child(struct fork_pool *p, struct child *c)
{
    if (c->item != IDLE) {
        struct item *i = &p->item[c->item];
        i->waits = i->tries < TRIES;
        i->came = !i->waits;
    }
    end_child(c);
}

/* The item that is to be done next; `items` when none is. */
static size_t next_item(const struct fork_pool *p)
{
    for (size_t i = p->taken; i < p->fresh; i++)
        if (p->item[i].waits)
            return i;
    return p->fresh;
}

static void give_item(struct fork_pool *p, struct child *c)
{
    const uint64_t i = next_item(p);
    if (i == p->work->items)
        return;
    c->item = (size_t)i;
    p->fresh += c->item == p->fresh;
    /* One that died while it had nothing to do has not tried. */
    p->item[i].waits = send_all(c->fd, &i, sizeof i) != 0;
    p->item[i].tries += !p->item[i].waits;
    if (p->item[i].waits)
        end_child(c);
}

/* As many processes as there is work for; none is asked for again while others are at work. */
static void staff_pool(struct fork_pool *p, unsigned jobs)
{
    for (unsigned i = 0; i < jobs && next_item(p) < p->work->items; i++) {
        struct child *c = &p->child[i];
        if (!c->pid)
            start_child(p, c);
        if (!c->pid)
            return;
        if (c->item == IDLE)
            give_item(p, c);
    }
}

static size_t count_running(const struct fork_pool *p)
{
    size_t n = 0;
    for (unsigned i = 0; i < p->children; i++)
        n += p->child[i].pid && p->child[i].item != IDLE;
    return n;
}

/* 1: the whole answer is there; 0: not yet; -1: it is none. */
static int is_whole(const struct child *c)
{
    struct answer head;
    if (c->in.size < sizeof head)
        return 0;
    memcpy(&head, c->in.text, sizeof head);
    if (head.item == c->item && head.size == CANNOT)
        return 1;
    if (head.item != c->item || c->in.size - sizeof head > head.size)
        return -1;
    return c->in.size - sizeof head == head.size;
}

static void take_answer(struct item *i, struct child *c)
{
    struct answer head;
    memcpy(&head, c->in.text, sizeof head);
    i->bytes = c->in;
    i->came = true;
    i->here = head.size == CANNOT;
    c->in = (struct str){0};
    c->item = IDLE;
    if (i->here)
        end_child(c);
}

static int hear_child(struct fork_pool *p, struct child *c, struct err *e)
{
    char piece[1 << 16];
    const ssize_t n = recv(c->fd, piece, sizeof piece, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n > 0)
        str_bytes(&c->in, piece, (size_t)n);
    if (c->in.failed)
        return err_memory(e);
    const int whole = n > 0 ? is_whole(c) : -1;
    if (whole < 0) {
        bury_child(p, c);
    } else if (whole) {
        take_answer(&p->item[c->item], c);
    }
    return 0;
}

static int hear_children(struct fork_pool *p, struct pollfd *watched, struct err *e)
{
    for (unsigned i = 0; i < p->children; i++)
        watched[i] = (struct pollfd){.fd = p->child[i].pid ? p->child[i].fd : -1, .events = POLLIN};
    if (poll(watched, p->children, PAUSE) < 0)
        return 0;
    for (unsigned i = 0; i < p->children; i++)
        if (watched[i].revents && hear_child(p, &p->child[i], e))
            return -1;
    return 0;
}

static int take_item(struct fork_pool *p, size_t i, struct err *e)
{
    const struct fork_work *w = p->work;
    struct item *item = &p->item[i];
    const size_t head = item->bytes.text ? sizeof(struct answer) : 0;
    const char *bytes = head ? item->bytes.text + head : NULL;
    const int failed = item->here ? w->alone(w->self, i, e)
                                  : w->take(w->self, i, bytes, item->bytes.size - head, e);
    str_finish(&item->bytes);
    item->came = false;
    return failed;
}

static int take_items(struct fork_pool *p, struct err *e)
{
    while (p->taken < p->fresh && p->item[p->taken].came) {
        if (take_item(p, p->taken, e))
            return -1;
        p->taken++;
    }
    return 0;
}

/* Those that are left, here. */
static int go_on_alone(struct fork_pool *p, struct err *e)
{
    const struct fork_work *w = p->work;
    w->refused(w->self, p->refused);
    for (; p->taken < w->items; p->taken++) {
        const bool came = p->item[p->taken].came;
        if (came ? take_item(p, p->taken, e) : w->alone(w->self, p->taken, e))
            return -1;
    }
    return 0;
}

static int run_all(struct fork_pool *p, struct pollfd *watched, struct err *e)
{
    const struct fork_work *w = p->work;
    while (p->taken < w->items) {
        staff_pool(p, p->children);
        const size_t running = count_running(p);
        if (!running && p->refused)
            return go_on_alone(p, e);
        if (running && hear_children(p, watched, e))
            return -1;
        if (take_items(p, e))
            return -1;
        if (w->wait(w->self, count_running(p), e))
            return -1;
    }
    return 0;
}

static void finish_pool(struct fork_pool *p)
{
    for (unsigned i = 0; p->child && i < p->children; i++)
        end_child(&p->child[i]);
    for (size_t i = 0; p->item && i < p->work->items; i++)
        str_finish(&p->item[i].bytes);
    mem_free(p->child);
    mem_free(p->item);
}

int fork_pool_run(const struct fork_work *w, unsigned jobs, struct err *e)
{
    struct fork_pool p = {.work = w};
    p.children = w->items < jobs ? (unsigned)w->items : jobs;
    p.child = mem_new(p.children, sizeof *p.child);
    p.item = mem_new(w->items, sizeof *p.item);
    struct pollfd *watched = mem_new(p.children, sizeof *watched);
    const int failed = p.child && p.item && watched ? run_all(&p, watched, e) : err_memory(e);
    finish_pool(&p);
    mem_free(watched);
    return failed;
}
