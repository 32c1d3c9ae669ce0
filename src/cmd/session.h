/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session: models, data, settings and variables, and running statements on them. */
#ifndef NNR_CMD_SESSION_H
#define NNR_CMD_SESSION_H

#include "base/err.h"
#include "cmd/host.h"

#include <stddef.h>

/* How running a piece of text ended. Errors were already written to host->err. */
enum outcome {
    OUTCOME_OK,
    OUTCOME_INCOMPLETE, /* the text ends inside { } or after a backslash: nothing was run */
    OUTCOME_ERROR,      /* bad input, or no memory */
    OUTCOME_EXPECT,     /* an `expect` did not hold */
    OUTCOME_STOPPED,    /* the person interrupted it */
    OUTCOME_QUIT
};

/* NULL when there is no memory. The host must outlive the session and may be changed between two
 * calls (its width, for example). */
struct session *session_create(const struct host *host, uint64_t seed);
void session_destroy(struct session *s);
/* The most threads that a training step may use, 1 or more; holds for the whole process, 1 until it
 * is told. */
void session_threads(unsigned n);

/* Whether pictures can go where --plot says: the ending of a file must tell what to write. */
int session_plot_check(const char *where, struct err *e);

/* Runs the statements of `text`. `name` is shown in errors ("lesson.nnr", "<prompt>"); relative
 * file names are read against `folder`; `line` is the number of the text's first line. The whole
 * text is parsed before the first statement runs; it stops at the first error. With `complete`
 * false a text that ends inside braces is OUTCOME_INCOMPLETE, with true it is an error. */
enum outcome session_run(struct session *s, const char *name, const char *folder, const char *text,
                         size_t size, uint32_t line, bool complete);

/* What --let NAME=VALUE says: `let NAME = VALUE`, and nothing else. It is written in records. */
enum outcome session_let(struct session *s, const char *text);

/* The prompt: "nnr> ", or "nnr:sparse> " when there is more than one model. Valid until the next
 * statement runs. */
const char *session_prompt(struct session *s);

/* Background work: training begun by `run`, and pictures. A poll loop waits for the descriptors and
 * the deadline, and calls session_advance, which works for about 10 ms at most. */
enum { SESSION_DESCRIPTORS = 3 };
struct session_descriptor {
    int fd;
    bool write; /* until it can be written; else until it can be read */
};
size_t session_descriptors(const struct session *s,
                           struct session_descriptor to[SESSION_DESCRIPTORS]);
/* In the seconds of host->clock; INFINITY: nothing is due. Training in the background is due now.
 */
double session_deadline(const struct session *s);
void session_advance(struct session *s);
/* Whether `run` trains in the background. The prompt then tells model, step and loss, and changes
 * with every session_advance. */
bool session_running(const struct session *s);
/* Ends training in the background, as `stop` does. False if there was none. */
bool session_stop(struct session *s);

/* What may stand at byte `point` of the line being typed: a list of whole words, ended by NULL,
 * that could replace the word which begins at *start; *suffix is what follows a unique one (' ',
 * '=' or 0). The list and its words are freed with mem_free. NULL: nothing. */
char **session_complete(struct session *s, const char *line, size_t point, size_t *start,
                        char *suffix);

/* A hash of all state that a statement can change: two equal hashes mean that nothing changed. */
uint64_t session_digest(const struct session *s);

/* docs/reference.md, written from the tables. */
void manual_write(const struct out *to);

#endif
