/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/outside.h"

#include "base/str.h"
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the new process. Signals that are caught go back to what they were by exec. */
static void become(const char *line, const char *file, int input)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    sigaction(SIGPIPE, &standard, NULL);
    sigaction(SIGXFSZ, &standard, NULL);
    if (input >= 0)
        dup2(input, STDIN_FILENO);
    execl("/bin/sh", "sh", "-c", line, "sh", file ? file : "", (char *)NULL);
    _exit(127);
}

/* Whoever has read enough may go. */
static void write_all(int fd, const char *input, size_t n)
{
    while (n) {
        const ssize_t written = write(fd, input, n);
        if (written < 0 && errno != EINTR)
            return;
        input += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
}

static int status_of(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int outside_run(const char *command, const char *file, const char *input, size_t n)
{
    struct str line = {0};
    int ends[2] = {-1, -1};
    str_addf(&line, file ? "%s \"$1\"" : "%s", command);
    if (line.failed || (input && system_pipe(ends, true))) {
        str_finish(&line);
        return 127;
    }
    const pid_t pid = fork();
    if (pid == 0)
        become(line.text, file, ends[0]);
    if (input)
        close(ends[0]);
    if (input && pid > 0)
        write_all(ends[1], input, n);
    if (input)
        close(ends[1]);
    str_finish(&line);
    return pid > 0 ? status_of(pid) : 127;
}
