/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Linux and glibc have and other systems spell otherwise, or lack. With NNR_PLAIN everything
 * is done by what POSIX has, as on a system without the rest. */
#ifndef NNR_BASE_SYSTEM_H
#define NNR_BASE_SYSTEM_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/* This process's variables; not every system's headers tell of them. */
#ifndef __linux__
extern char **environ;
#endif

/* A pipe whose ends a program that is started does not get; `waits` false: reading and writing
 * never wait. 0, or -1 and errno with nothing open. */
int system_pipe(int ends[2], bool waits);
/* Two ends of a stream for this process and a child, neither for programs that are started, as
 * system_pipe. Nothing sent there raises SIGPIPE if it is sent by system_send. */
int system_socket_pair(int ends[2]);
/* As send(2) without SIGPIPE. */
ssize_t system_send(int fd, const void *bytes, size_t n);
/* Becomes the program, looked for in PATH, with these variables; returns with errno if it cannot.
 * Allocates nothing: for a child of fork. */
void system_become(const char *const *words, char **variables);
/* In a child: it ends with its parent, at once where the system can do that. */
void system_end_with_parent(void);
/* Closes all descriptors from `first` on. */
void system_close_from(int first);
/* How many processors this process may use; at least 1. */
unsigned system_cores(void);
/* Takes away a pending signal, if it is there, and does not wait for it. `set` holds it alone, and
 * it is blocked. */
void system_forget_signal(const sigset_t *set);
/* What was written to `f` and has not gone out is lost. */
void system_forget_output(FILE *f);
/* Makes whole pages zero by giving them back; false: they are as they were. */
bool system_clear_pages(void *p, size_t bytes);

/* How a folder is opened to go on from it: without the right to list it, where that can be. */
#ifdef __linux__
#define SYSTEM_FOLDER O_PATH
#elif defined O_SEARCH
#define SYSTEM_FOLDER O_SEARCH
#else
#define SYSTEM_FOLDER O_RDONLY
#endif

#endif
