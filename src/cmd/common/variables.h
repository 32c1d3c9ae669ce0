/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Giving a variable its value. */
#ifndef NNR_CMD_COMMON_VARIABLES_H
#define NNR_CMD_COMMON_VARIABLES_H

#include "base/err.h"

struct node;
struct session;

/* Gives a variable the value of a tree, a number or a penalty, as let does. */
int variable_assign(struct session *s, const char *name, struct span where,
                    const struct node *value, struct err *e);

#endif
