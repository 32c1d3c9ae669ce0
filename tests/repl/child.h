/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running nnr as a program: through pipes, or on a pseudo-terminal. */
#ifndef NNR_TESTS_CHILD_H
#define NNR_TESTS_CHILD_H

#include "base/str.h"

#include <sys/types.h>

/* What a program that was run through pipes left behind. */
struct result {
    int status; /* of exit, or 128 + the signal that ended it */
    struct str out, err;
};
/* Runs argv[0] with `input` as its standard input. result_finish it. */
struct result run(const char *const *argv, const char *input);
void result_finish(struct result *r);

enum { CHILD_PATIENCE = 200000 }; /* milliseconds; what takes longer has hung */
/* A program on a pseudo-terminal, and all that it has written. */
struct child {
    pid_t pid;
    int fd;
    struct str seen;
    size_t at; /* what child_wait has found ends here */
};
void child_start(struct child *c, const char *const *argv);
/* The same with another TERM and so many columns. */
void child_start_on(struct child *c, const char *term, unsigned short width,
                    const char *const *argv);
void child_resize(const struct child *c, unsigned short width, unsigned short height);
void child_type(const struct child *c, const char *text);
/* Waits until the screen got `text` after what was found before; fails the test when it never does.
 */
void child_wait(struct child *c, const char *text);
/* Whether it gets it within some milliseconds. */
bool child_shows(struct child *c, const char *text, int milliseconds);
/* Reads what comes within some milliseconds. */
void child_listen(struct child *c, int milliseconds);
/* Waits until the program has read all that was typed: a Ctrl-C then takes none of it away. */
void child_reads(struct child *c);
/* Waits for the end; the status as in struct result. Frees everything. */
int child_end(struct child *c);

#endif
