/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to write instead, where a statement is no line of nnr: words of other systems, rows of other
 * tables, names and files that should stand in quotes. */
#ifndef NNR_CMD_EXEC_ADVICE_H
#define NNR_CMD_EXEC_ADVICE_H

#include "base/err.h"

struct nearest;
struct session;
struct statement;

/* After an error of the parser: what may be a better answer than the grammar's. */
void advise_text(const struct session *s, struct err *e);
/* After err_at for a word that is no verb: the hint. `near` holds what was compared already.
 * Returns -1. */
int advise_verb(const struct session *s, const struct statement *st, const struct nearest *near,
                struct err *e);
/* The same for a word that help does not know. */
int advise_topic(const struct session *s, const char *word, struct span where,
                 const struct nearest *near, struct err *e);

#endif
