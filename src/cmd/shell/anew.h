/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One session after another, at the same prompt. */
#ifndef NNR_CMD_SHELL_ANEW_H
#define NNR_CMD_SHELL_ANEW_H

struct err;
struct session;
struct str;

/* Adds all that was done, as record would write it into a file of the working folder. */
int session_text(const struct session *s, struct str *to, struct err *e);
/* An empty session that goes on in place of `s`, from the seed that it began with; it is the
 * caller's. NULL without memory. */
struct session *session_anew(struct session *s);
/* Ends that session, and `s` goes on as it was. */
void session_give_up(struct session *own, struct session *s);
/* Another session goes on: it gets how the prompt behaves, and what was told for a report. */
void session_hand_over(struct session *from, struct session *to);

#endif
