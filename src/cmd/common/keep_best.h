/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keep=best: the best epoch of what `stalled` speaks of is put back when training has ended. */
#ifndef NNR_CMD_COMMON_KEEP_BEST_H
#define NNR_CMD_COMMON_KEEP_BEST_H

struct err;
struct job;

/* Finds what the condition speaks of; the job's model is the current one. */
int keep_check(struct job *j, struct err *e);
/* At the start and after each epoch: copies the state if this epoch is the best since the start. */
int keep_look(struct job *j, struct err *e);
/* Puts the best one back, and marks it in the history; without any epoch that had a number nothing
 * changes. */
int keep_put_back(struct job *j, struct err *e);
void keep_finish(struct job *j);

#endif
