/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger as a report. */
#ifndef NNR_CMD_REPORT_LEDGER_REPORT_H
#define NNR_CMD_REPORT_LEDGER_REPORT_H

#include "nn/graph.h"

struct ledger;
struct report;

/* Adds the names of what a call is called on; an input's own name. */
void add_called_on(struct str *to, const struct graph *g, id call);
/* The ledger on the samples that `share` says, with one row for each term; `system` is the one that
 * is emulated, or NULL. */
void ledger_report(struct report *r, const struct ledger *l, const char *share,
                   const struct entry *system);

#endif
