/* SPDX-License-Identifier: GPL-3.0-or-later */
/* l0( ) and dead( ): how many units of a layer are active, and how many never are. */
#ifndef NNR_CMD_COMMON_CODES_H
#define NNR_CMD_COMMON_CODES_H

#include "cmd/common/lookup.h"

struct leaf;

/* Whether a call of an expression is one of them. */
bool is_of_code(const struct node *call);
/* Its value, with the number that its second argument has (0 without one); without `values` only
 * whether it could be found. */
int find_of_code(struct lookup *l, const struct node *call, double number, bool values,
                 struct leaf *leaf, struct err *e);
/* Whether its value takes no pass over the data. */
bool is_of_steps(const struct node *call);

#endif
