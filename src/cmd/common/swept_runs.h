/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The newest sweep as views read it. */
#ifndef NNR_CMD_COMMON_SWEPT_RUNS_H
#define NNR_CMD_COMMON_SWEPT_RUNS_H

#include "base/mem.h"

struct err;
struct session;
struct sweep_table;

/* Made in the arena, of the runs that were done; *to is NULL if there was no sweep. -1: *e, without
 * memory. */
int swept_runs_make(const struct session *s, struct arena *arena, const struct sweep_table **to,
                    struct err *e);

#endif
