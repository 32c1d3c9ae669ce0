/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session: models, data, settings and variables. */
#ifndef NNR_CMD_SHELL_SESSION_H
#define NNR_CMD_SHELL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

struct host;
struct session;
struct ways;

/* NULL when there is no memory. The host must outlive the session and may be changed between two
 * calls (its width, for example). */
struct session *session_create(const struct host *host, uint64_t seed);
void session_destroy(struct session *s);
/* The most threads that a training step may use, 1 or more; holds for the whole process, 1 until it
 * is told. */
void session_threads(unsigned n);

/* The prompt: "nnr> ", or "nnr:sparse> " when there is more than one model, "nnr (safe)> " with
 * --safe, and "nnr exercise> " where a person does an exercise. Valid until the next statement
 * runs.
 */
const char *session_prompt(struct session *s);

/* Whether a person does an exercise: Ctrl-C then ends what is being done, and not the program. */
bool session_exercising(const struct session *s);
/* How the prompt is to behave; it changes with the statements that run. */
const struct ways *session_ways(const struct session *s);

/* A hash of all state that a statement can change: two equal hashes mean that nothing changed. */
uint64_t session_digest(const struct session *s);

#endif
