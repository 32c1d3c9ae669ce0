/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs of a sweep, one after the other or side by side in processes. */
#ifndef NNR_CMD_EXEC_SWEEP_RUNS_H
#define NNR_CMD_EXEC_SWEEP_RUNS_H

struct err;
struct session;
struct sweep;

/* Does all runs from w->done on, and takes what came of them in their order: as many at a time as
 * --jobs, w->jobs or the cores of the machine say; under mpirun on the other ranks. 0, or -1 with
 * *e: it ended before the last, and what was taken stays. */
int sweep_runs(struct session *s, struct sweep *w, struct err *e);

#endif
