/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model's epochs came to: stalled, best and best_epoch. */
#ifndef NNR_CMD_COMMON_EPOCHS_H
#define NNR_CMD_COMMON_EPOCHS_H

#include "train/note.h"

struct err;
struct leaf;
struct lookup;
struct node;

/* Whether it is a call of stalled. */
bool is_stalled(const struct node *n);
/* The value of a call of one of the three, as names.find (expr/names.h); of stalled(Q, N),
 * `patience` is N. */
int find_of_epochs(struct lookup *l, const struct node *call, double patience, bool values,
                   struct leaf *leaf, struct err *e);
/* What the quantity that a call names is noted as, of the current model: 0, or -1 and *e. */
int noted_quantity(struct lookup *l, const struct node *call, enum noted *which, struct err *e);
/* The one call of stalled in a condition; NULL and *e when there is none, or several that speak of
 * different quantities. */
const struct node *stalled_call(const struct node *condition, struct err *e);

#endif
