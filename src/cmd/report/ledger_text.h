/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ledger, for people and for machines. */
#ifndef NNR_CMD_REPORT_LEDGER_TEXT_H
#define NNR_CMD_REPORT_LEDGER_TEXT_H

#include "nn/graph.h"

struct ledger;

/* Adds the names of what a call is called on; an input's own name. */
void add_called_on(struct str *to, const struct graph *g, id call);
/* The ledger for people and for machines. */
void ledger_text(struct str *to, const struct ledger *l, const char *share,
                 const struct entry *system);
void ledger_json(struct str *to, const struct ledger *l, const struct entry *system);

#endif
