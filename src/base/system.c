/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#ifdef __linux__
#include <stdio_ext.h>
#endif
#include <sys/socket.h>
#include <unistd.h>

#if defined __linux__ && !defined NNR_PLAIN
#define HAS_LINUX
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#ifndef HAS_LINUX
/* 0, or -1 and errno with both ends closed. */
static int set_ends(int ends[2], bool waits)
{
    for (int i = 0; i < 2; i++)
        if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) ||
            (!waits && fcntl(ends[i], F_SETFL, O_NONBLOCK))) {
            const int why = errno;
            close(ends[0]);
            close(ends[1]);
            errno = why;
            return -1;
        }
    return 0;
}
#endif

int system_pipe(int ends[2], bool waits)
{
#ifdef HAS_LINUX
    return pipe2(ends, O_CLOEXEC | (waits ? 0 : O_NONBLOCK));
#else
    return pipe(ends) ? -1 : set_ends(ends, waits);
#endif
}

int system_socket_pair(int ends[2])
{
#ifdef HAS_LINUX
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
#else
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
        return -1;
#ifdef SO_NOSIGPIPE
    for (int i = 0; i < 2; i++)
        setsockopt(ends[i], SOL_SOCKET, SO_NOSIGPIPE, &(int){1}, sizeof(int));
#endif
    return set_ends(ends, true);
#endif
}

ssize_t system_send(int fd, const void *bytes, size_t n)
{
#ifdef MSG_NOSIGNAL
    return send(fd, bytes, n, MSG_NOSIGNAL);
#else
    return send(fd, bytes, n, 0);
#endif
}

void system_become(const char *const *words, char **variables)
{
    environ = variables;
    execvp(words[0], (char *const *)words);
}

/* Elsewhere a child learns it when it next asks its parent for work. */
void system_end_with_parent(void)
{
#ifdef HAS_LINUX
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

void system_close_from(int first)
{
#if defined HAS_LINUX && defined SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0) == 0)
        return;
#endif
    for (int fd = first; fd < (int)sysconf(_SC_OPEN_MAX); fd++)
        close(fd);
}

unsigned system_cores(void)
{
#ifdef HAS_LINUX
    cpu_set_t mine;
    const long n = sched_getaffinity(0, sizeof mine, &mine) ? 1 : CPU_COUNT(&mine);
#else
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
#endif
    return n > 0 ? (unsigned)n : 1;
}

void system_forget_signal(const sigset_t *set)
{
#ifdef HAS_LINUX
    while (sigtimedwait(set, NULL, &(struct timespec){0}) < 0 && errno == EINTR)
        continue;
#else
    sigset_t pending;
    int number;
    sigpending(&pending);
    for (int i = 1; i < NSIG; i++)
        if (sigismember(set, i) == 1 && sigismember(&pending, i) == 1)
            sigwait(set, &number);
#endif
}

void system_forget_output(FILE *f)
{
#ifdef __linux__
    __fpurge(f);
#else
    fpurge(f);
#endif
}

bool system_clear_pages(void *p, size_t bytes)
{
#ifdef HAS_LINUX
    return madvise(p, bytes, MADV_DONTNEED) == 0;
#else
    (void)p;
    (void)bytes;
    return false;
#endif
}
