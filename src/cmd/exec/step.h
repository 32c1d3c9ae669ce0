/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --step: each statement is shown and waits for Enter. */
#ifndef NNR_CMD_EXEC_STEP_H
#define NNR_CMD_EXEC_STEP_H

#include <stddef.h>

struct err;
struct script;
struct session;

/* --step: shows statement number `i` of a script and waits for Enter; what is typed instead is
 * carried out first. s->quit may be true afterwards. */
int step_before(struct session *s, const struct script *script, size_t i, struct err *e);

#endif
