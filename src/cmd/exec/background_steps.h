/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps in the background between two statements, which the journal takes as one. */
#ifndef NNR_CMD_EXEC_BACKGROUND_STEPS_H
#define NNR_CMD_EXEC_BACKGROUND_STEPS_H

struct err;
struct session;

/* Training in the background begins now, or goes on after a statement. */
int segment_begin(struct session *s, struct err *e);
/* Notes the steps since. */
int segment_end(struct session *s, struct err *e);
void segment_drop(struct session *s);

#endif
