/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One session after another, at the same prompt. */
#ifndef NNR_CMD_SHELL_ANEW_H
#define NNR_CMD_SHELL_ANEW_H

#include "cmd/shell/run_text.h"

struct str;

/* Adds all that was done, as record would write it into a file of the working folder. */
int session_text(const struct session *s, struct str *to, struct err *e);
/* Runs a text in a session of its own, which begins with the seed that `s` began with; *how is how
 * it ended, and what was wrong is told. The new session, which is the caller's from then on, or
 * NULL: the text failed, and `s` is as it was. */
struct session *session_anew(struct session *s, const struct str *text, enum outcome *how);
/* Another session goes on: it gets how the prompt behaves, and what was told for a report. */
void session_hand_over(struct session *from, struct session *to);

#endif
