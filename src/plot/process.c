/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/process.h"

#include "base/mem.h"
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PIPES = 4, IN = 0, OUT = 1, ERR = 2, STARTED = 3, READ = 0, WRITE = 1 };

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_pipes(int ends[PIPES][2])
{
    for (int i = 0; i < PIPES; i++) {
        close_end(&ends[i][READ]);
        close_end(&ends[i][WRITE]);
    }
}

/* dup2 in the child must not meet an end that already stands at 0, 1 or 2, as happens when ours are
 * closed. */
static int lift_descriptor(int *fd)
{
    if (*fd > STDERR_FILENO)
        return 0;
    int higher = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close_end(fd);
    *fd = higher;
    return higher < 0 ? -1 : 0;
}

/* All or none; returns 0 or an errno. */
static int open_pipes(int ends[PIPES][2])
{
    memset(ends, -1, sizeof(int[PIPES][2]));
    for (int i = 0; i < PIPES; i++)
        if (system_pipe(ends[i], true) || lift_descriptor(&ends[i][READ]) ||
            lift_descriptor(&ends[i][WRITE])) {
            int why = errno;
            close_pipes(ends);
            return why;
        }
    return 0;
}

/* Our variables without GNUTERM, which gnuplot heeds even with -d. NULL when there is no memory. */
static char **child_variables(void)
{
    size_t n = 0, kept = 0;
    while (environ && environ[n])
        n++;
    char **all = mem_new(n + 1, sizeof *all);
    for (size_t i = 0; all && i < n; i++)
        if (strncmp(environ[i], "GNUTERM=", 8) != 0)
            all[kept++] = environ[i];
    return all;
}

/* Runs in the child: nothing here may allocate, for another thread may hold that lock for ever. */
static void become_program(int ends[PIPES][2], const char *const *words, char **variable)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setpgid(0, 0);
    if (dup2(ends[IN][READ], STDIN_FILENO) >= 0 && dup2(ends[OUT][WRITE], STDOUT_FILENO) >= 0 &&
        dup2(ends[ERR][WRITE], STDERR_FILENO) >= 0)
        system_become(words, variable);
    int why = errno;
    ssize_t told = write(ends[STARTED][WRITE], &why, sizeof why);
    _exit(told > 0 ? 127 : 126);
}

static void reap_child(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

/* The pipe closes by itself when the program has begun, and carries an errno when it could not. */
static int has_begun(int ends[PIPES][2], pid_t pid)
{
    int why = 0;
    ssize_t n;
    close_end(&ends[STARTED][WRITE]);
    do
        n = read(ends[STARTED][READ], &why, sizeof why);
    while (n < 0 && errno == EINTR);
    if (n != sizeof why)
        return 0;
    reap_child(pid);
    return why;
}

/* Only our side: the flag belongs to each end, and the child expects to block. */
static int take_end(int *end)
{
    int fd = *end;
    *end = -1;
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void keep_ends(struct process *p, pid_t pid, int ends[PIPES][2])
{
    p->pid = pid;
    p->in = take_end(&ends[IN][WRITE]);
    p->out = take_end(&ends[OUT][READ]);
    p->err = take_end(&ends[ERR][READ]);
}

int process_start(struct process *p, const char *program, const char *argument)
{
    int ends[PIPES][2];
    const char *words[] = {program, argument, NULL};
    *p = (struct process){0, -1, -1, -1};
    char **variable = child_variables();
    if (!variable)
        return ENOMEM;
    int why = open_pipes(ends);
    if (!why) {
        pid_t pid = fork();
        if (pid == 0)
            become_program(ends, words, variable);
        why = pid < 0 ? errno : has_begun(ends, pid);
        if (!why)
            keep_ends(p, pid, ends);
        close_pipes(ends);
    }
    mem_free(variable);
    return why;
}

/* A write to a pipe that nobody reads raises SIGPIPE; whether the program ignores it is not ours to
 * decide, so it is held back here and taken away if it came. */
static ssize_t write_held(int fd, const char *bytes, size_t n)
{
    sigset_t pipe_only, before, pending;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t sent = write(fd, bytes, n);
    int why = errno;
    if (sent < 0 && why == EPIPE && !sigismember(&pending, SIGPIPE))
        system_forget_signal(&pipe_only);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = why;
    return sent;
}

static bool try_later(int why)
{
    return why == EAGAIN || why == EWOULDBLOCK || why == EINTR;
}

ssize_t process_write(struct process *p, const char *bytes, size_t n)
{
    if (p->in < 0)
        return -1;
    ssize_t sent = write_held(p->in, bytes, n);
    if (sent < 0 && try_later(errno))
        return 0;
    if (sent < 0)
        close_end(&p->in);
    return sent;
}

ssize_t process_read(int *fd, char *to, size_t room)
{
    if (*fd < 0)
        return -1;
    ssize_t n = read(*fd, to, room);
    if (n < 0 && try_later(errno))
        return 0;
    if (n <= 0)
        close_end(fd);
    return n > 0 ? n : -1;
}

static void forget_child(struct process *p)
{
    close_end(&p->in);
    close_end(&p->out);
    close_end(&p->err);
    *p = (struct process){0, -1, -1, -1};
}

/* True too when somebody else has taken its status away (SIGCHLD is ignored). It stays a zombie, so
 * that its number is not given to another yet. */
static bool has_ended(pid_t pid)
{
    siginfo_t how = {0};
    int got = waitid(P_PID, (id_t)pid, &how, WEXITED | WNOHANG | WNOWAIT);
    return got ? errno == ECHILD : how.si_pid == pid;
}

/* What it has started itself, a window's helper for one, ends with it. */
static void bury_child(pid_t pid)
{
    kill(-pid, SIGKILL);
    reap_child(pid);
}

bool process_gone(struct process *p)
{
    if (!p->pid || !has_ended(p->pid))
        return !p->pid;
    bury_child(p->pid);
    forget_child(p);
    return true;
}

static bool ends_soon(pid_t pid)
{
    const struct timespec pause = {.tv_nsec = 5000000};
    for (int i = 0; i < 100; i++) {
        if (has_ended(pid))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

void process_end(struct process *p, bool now)
{
    if (!p->pid)
        return;
    pid_t pid = p->pid;
    forget_child(p);
    if (!now && !ends_soon(pid)) {
        kill(-pid, SIGTERM);
        ends_soon(pid);
    }
    bury_child(pid);
}
