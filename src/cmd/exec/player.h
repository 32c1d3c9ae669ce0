/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Playing a script: a person goes through it, and back by its sections. */
#ifndef NNR_CMD_EXEC_PLAYER_H
#define NNR_CMD_EXEC_PLAYER_H

struct err;
struct script;
struct session;

/* Carries out the statements of a script as units, each when a person pressed Enter; where nobody
 * is there, one after the other. `title`: of a lesson, NULL: of a file with --step. s->quit may be
 * true afterwards. */
int play_script(struct session *s, const struct script *script, const char *title, struct err *e);
/* Before a lesson: the session is as it was when it began, but for its seed; what was there is kept
 * by the mark before_lesson. */
int player_clear(struct session *s, struct err *e);

#endif
