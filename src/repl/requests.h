/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The requests that have come and wait. A thread reads them, so that an interrupt is heard whatever
 * is being done, and however many requests stand before it. It parses lines and nothing else; what
 * waits is bounded. */
#ifndef NNR_REPL_REQUESTS_H
#define NNR_REPL_REQUESTS_H

#include "repl/request.h"

/* So many may wait, of so many bytes in all; those that come then are refused. */
enum { REQUESTS_WAITING = 1000, REQUESTS_BYTES = 16 << 20 };

struct requests;

/* Reads from the descriptor until it ends; signals must have been started. NULL: *e. */
struct requests *requests_start(int fd, struct err *e);
/* Ends the thread, and frees what waits. */
void requests_finish(struct requests *q);

/* Can be read when a request waits, or when there will be no more. */
int requests_fd(const struct requests *q);
/* The next one, the caller's to destroy; NULL: none waits. From here to requests_done an interrupt
 * that comes is a Ctrl-C (signals_interrupt). */
struct request *requests_next(struct requests *q);
/* How many lines were lost since the last call because there was no memory for them. */
size_t requests_lost(struct requests *q);
/* What was asked for has been done: an interrupt that comes now is not for it. */
void requests_done(struct requests *q);
/* Whether nothing waits and nothing will come. */
bool requests_over(struct requests *q);
/* Whether whoever asks wants the end: by quit, or by closing its side. */
bool requests_closing(struct requests *q);

#endif
