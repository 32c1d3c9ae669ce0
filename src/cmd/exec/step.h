/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each statement of a script that is played is shown and waits for Enter. */
#ifndef NNR_CMD_EXEC_STEP_H
#define NNR_CMD_EXEC_STEP_H

#include <stddef.h>

struct err;
struct script;
struct session;
struct statement;
struct str;

/* Adds a statement as it is written, each line behind `indent`, and not more of it than an eye
 * takes in. */
void step_statement(struct str *to, const struct session *s, const struct statement *st,
                    const char *indent);
/* Shows statement number `i` of a script and waits for Enter; what is typed instead is carried out
 * first. Afterwards s->quit may be true, or the player has an order. */
int step_before(struct session *s, const struct script *script, size_t i, struct err *e);

#endif
