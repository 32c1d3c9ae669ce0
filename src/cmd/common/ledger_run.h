/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running a ledger in slices, so that it can be stopped. */
#ifndef NNR_CMD_COMMON_LEDGER_RUN_H
#define NNR_CMD_COMMON_LEDGER_RUN_H

#include "train/evaluator.h"

struct ledger;
struct session;

/* Whether a ledger of the model could be made: what --check does in its place. */
int ledger_check(struct session *s, struct model *m, struct err *e);
/* Runs a ledger to its end, ticking between slices. */
int ledger_run(struct session *s, struct ledger *l, struct model *m, enum share share,
               bool gradients, struct err *e);
/* Then looks at what its rows moved in the last step; `where` is what asked for it. */
int ledger_run_moves(struct session *s, struct ledger *l, struct span where, struct err *e);

#endif
