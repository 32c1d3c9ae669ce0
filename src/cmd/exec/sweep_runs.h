/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_CMD_EXEC_SWEEP_RUNS_H
#define NNR_CMD_EXEC_SWEEP_RUNS_H

struct err;
struct session;
struct sweep;

/* Does and takes all runs from w->done on. -1: it ended before the last; what was taken stays. */
int sweep_runs(struct session *s, struct sweep *w, struct err *e);

#endif
