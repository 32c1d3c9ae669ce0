/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs of a sweep on the ranks of mpirun. */
#ifndef NNR_CMD_EXEC_SWEEP_RANKS_H
#define NNR_CMD_EXEC_SWEEP_RANKS_H

#include <stddef.h>

struct err;
struct session;
struct str;
struct sweep;

/* Does the runs whose numbers are run[runs], every rank calling it. Rank 0 gives them out, one at a
 * time to whoever is free, and does none itself. `take` is called on every rank with what came of
 * run[i], in their order: on rank 0 as soon as it can be, on the others when all are done. 0, or -1
 * with *e on every rank. */
int sweep_on_ranks(struct session *s, struct sweep *w, const size_t *run, size_t runs,
                   int (*take)(void *self, size_t i, const char *bytes, size_t n, struct err *e),
                   void *self, struct err *e);

#endif
