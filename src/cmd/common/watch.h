/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of a session: what is watched, what was plotted last, and the bridge to gnuplot. */
#ifndef NNR_CMD_COMMON_WATCH_H
#define NNR_CMD_COMMON_WATCH_H

#include <stdbool.h>

struct err;
struct model;
struct session;

/* Whether watch has something to keep up to date. */
bool pictures_watching(const struct session *s);
/* Before the first step: looks at what is watched and is known already; and after it: curves begin
 * with that. */
int pictures_look_before(struct session *s, struct model *m, struct err *e);
int pictures_put_start(struct session *s, struct model *m, struct err *e);
/* After a step: a point in the history if this is one of every N. When a person stops it there is
 * none. */
int pictures_observe(struct session *s, struct model *m, struct err *e);
/* Between slices: draws watched views again where gnuplot is ready for one; at most ten a second. A
 * picture that cannot be drawn now is left out. */
void pictures_update(struct session *s, struct model *m);
/* At the end of training: every watched view once more, to its end. */
int pictures_flush(struct session *s, struct model *m, struct err *e);
/* The bridge's part of session_advance and session_deadline. */
void pictures_advance(struct session *s);
double pictures_deadline(const struct session *s);

#endif
