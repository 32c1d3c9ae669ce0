/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child process and the three pipes to it, none of which ever blocks us. It runs in a process
 * group of its own, so that a Ctrl-C typed to us does not reach it. */
#ifndef NNR_PLOT_PROCESS_H
#define NNR_PLOT_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* pid 0: there is none, and the descriptors mean nothing. */
struct process {
    pid_t pid;
    int in, out, err; /* we write to in, and read from out and err; -1 once they are closed */
};

/* Runs `program` (looked for in PATH) with one argument, without the variable GNUTERM. Returns 0,
 * or the errno that says why not, with *p empty. */
int process_start(struct process *p, const char *program, const char *argument);
/* How many bytes went off, 0 when there is no room now; -1: nobody reads them any more. */
ssize_t process_write(struct process *p, const char *bytes, size_t n);
/* How many bytes came from *fd (p->out or p->err), 0 when there are none now; -1: the end, and *fd
 * is closed. */
ssize_t process_read(int *fd, char *to, size_t room);
/* Whether it has ended. It is reaped then, the pipes are closed, and *p is empty. */
bool process_gone(struct process *p);
/* Ends it and what it started: by itself when its input ends, then TERM, then KILL, with half a
 * second between; at once by KILL when `now`. *p is empty afterwards. */
void process_end(struct process *p, bool now);

#endif
