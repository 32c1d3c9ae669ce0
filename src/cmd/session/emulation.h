/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which other system the penalties are counted as. */
#ifndef NNR_CMD_SESSION_EMULATION_H
#define NNR_CMD_SESSION_EMULATION_H

#include <stdbool.h>

struct entry;
struct err;
struct model;
struct session;
struct str;

/* Gives a model, new or come back, the session's policy. */
void session_bend(const struct session *s, struct model *m);
/* Takes a row of the table of systems, and the setting penalties.frozen. */
void emulation_take(struct session *s, const struct entry *system, bool ignores_frozen);
/* Whether the system would run the model at all. */
int emulation_check(const struct session *s, const struct model *m, struct err *e);
/* A line that says that it would not, and in which error that ends. */
void add_refusal(struct str *to, const struct entry *system);

#endif
