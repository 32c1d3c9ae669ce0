/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "child.h"

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void become(const char *const *argv, const char *term)
{
    setenv("TERM", term, 1);
    setenv("INPUTRC", "/dev/null", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    execv(argv[0], (char *const *)argv);
    _exit(99);
}

static int status_of(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Adds what comes; false at the end. */
static bool take(int fd, struct str *to)
{
    char piece[4096];
    ssize_t n = read(fd, piece, sizeof piece);
    if (n > 0)
        str_bytes(to, piece, (size_t)n);
    return n > 0;
}

/* The input comes from an unlinked file, so that nothing can block on both sides. */
static int file_of(const char *text)
{
    char name[] = "/tmp/nnr-test-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    lseek(fd, 0, SEEK_SET);
    return fd;
}

struct result run(const char *const *argv, const char *input)
{
    struct result r = {0};
    int in = file_of(input), out[2], err[2];
    assert_int_equal(pipe2(out, O_CLOEXEC) | pipe2(err, O_CLOEXEC), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(in, STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        become(argv, "xterm");
    }
    close(in);
    close(out[1]);
    close(err[1]);
    struct pollfd ends[] = {{out[0], POLLIN, 0}, {err[0], POLLIN, 0}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        assert_true(poll(ends, 2, CHILD_PATIENCE) > 0);
        if (ends[0].revents && !take(out[0], &r.out))
            ends[0].fd = -1;
        if (ends[1].revents && !take(err[0], &r.err))
            ends[1].fd = -1;
    }
    close(out[0]);
    close(err[0]);
    str_add(&r.out, "");
    str_add(&r.err, "");
    r.status = status_of(pid);
    return r;
}

void result_finish(struct result *r)
{
    str_finish(&r->out);
    str_finish(&r->err);
}

void child_start(struct child *c, const char *const *argv)
{
    child_start_on(c, "xterm", 80, argv);
}

void child_start_on(struct child *c, const char *term, unsigned short width,
                    const char *const *argv)
{
    struct winsize size = {.ws_row = 24, .ws_col = width};
    *c = (struct child){0};
    c->pid = forkpty(&c->fd, NULL, NULL, &size);
    assert_true(c->pid >= 0);
    if (c->pid == 0)
        become(argv, term);
}

void child_resize(const struct child *c, unsigned short width, unsigned short height)
{
    struct winsize size = {.ws_row = height, .ws_col = width};
    assert_int_equal(ioctl(c->fd, TIOCSWINSZ, &size), 0);
}

void child_type(const struct child *c, const char *text)
{
    assert_int_equal(write(c->fd, text, strlen(text)), strlen(text));
}

static bool found(struct child *c, const char *text)
{
    const char *at = c->seen.size
                         ? memmem(c->seen.text + c->at, c->seen.size - c->at, text, strlen(text))
                         : NULL;
    if (at)
        c->at = (size_t)(at - c->seen.text) + strlen(text);
    return at != NULL;
}

static long milliseconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Takes what comes before a time; false: nothing did. */
static bool take_until(struct child *c, long time)
{
    struct pollfd end = {c->fd, POLLIN, 0};
    const long left = time - milliseconds_now();
    return left > 0 && poll(&end, 1, (int)left) > 0 && take(c->fd, &c->seen);
}

bool child_shows(struct child *c, const char *text, int milliseconds)
{
    const long last = milliseconds_now() + milliseconds;
    while (!found(c, text))
        if (!take_until(c, last))
            return false;
    return true;
}

void child_wait(struct child *c, const char *text)
{
    if (child_shows(c, text, CHILD_PATIENCE))
        return;
    kill(c->pid, SIGKILL);
    check_has(c->seen.text ? c->seen.text + c->at : "", text);
}

void child_listen(struct child *c, int milliseconds)
{
    const long last = milliseconds_now() + milliseconds;
    while (take_until(c, last))
        continue;
}

void child_reads(struct child *c)
{
    const int other = open(ptsname(c->fd), O_RDONLY | O_NOCTTY | O_CLOEXEC);
    assert_true(other >= 0);
    for (int left = 1; left;) {
        child_listen(c, 10);
        assert_int_equal(ioctl(other, FIONREAD, &left), 0);
    }
    close(other);
}

int child_end(struct child *c)
{
    child_listen(c, CHILD_PATIENCE);
    int status = status_of(c->pid);
    close(c->fd);
    str_finish(&c->seen);
    return status;
}
