/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came of a run of a sweep as bytes, for the process that has the sweep. */
#ifndef NNR_CMD_EXEC_SWEEP_BYTES_H
#define NNR_CMD_EXEC_SWEEP_BYTES_H

#include "base/str.h"

#include <stdbool.h>

struct session;
struct sweep_run;

/* Adds what sweep_run_one left in a run, and takes it out of there; with `shown` what it printed,
 * too. When its model cannot be told in bytes, the bytes say that and nothing else. */
void sweep_run_write(const struct session *s, struct sweep_run *r, bool shown, struct str *to);
/* Puts it into the run of another process, as sweep_run_one would have. False: it must be done
 * here, since the bytes do not say it or there is no memory; the run is as it was. */
bool sweep_run_read(struct session *s, struct sweep_run *r, const char *bytes, size_t n);

#endif
