/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the prompt answers to a line that builds. */
#ifndef NNR_CMD_VERBS_BUILT_H
#define NNR_CMD_VERBS_BUILT_H

struct err;
struct newest;
struct session;

/* Tells a person who typed the statement what the newest call of the current model takes, puts out
 * and learns: `code: 64 -> 100, 6500 numbers`. Elsewhere nothing. */
int say_built(struct session *s, struct err *e);
/* Before the newest is deleted, likewise: `code: gone, with 6500 numbers and 1 penalty`. */
int say_deleted(struct session *s, const struct newest *n, struct err *e);

#endif
