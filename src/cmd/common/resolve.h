/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the paths in an expression stand for: quantities, settings, variables, tensors. */
#ifndef NNR_CMD_COMMON_RESOLVE_H
#define NNR_CMD_COMMON_RESOLVE_H

#include "cmd/common/lookup.h"

#include "expr/expr.h"

struct names lookup_names(struct lookup *l);
void lookup_finish(struct lookup *l);
/* The ledger of the model over a share, run once for a lookup; NULL and *e. */
const struct ledger *lookup_ledger(struct lookup *l, enum share share, struct err *e);
/* An expression about a model, of the session or not: its names and shapes alone. */
int session_check(struct session *s, struct model *m, const struct node *n, struct err *e);
/* Its value, which is a number. */
int session_number(struct session *s, struct model *m, const struct node *n, double *value,
                   struct err *e);
/* The same; *guessed: with --check the value is not known without training, and *value is 1. */
int session_guess(struct session *s, struct model *m, const struct node *n, double *value,
                  bool *guessed, struct err *e);

#endif
