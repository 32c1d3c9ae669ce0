/* SPDX-License-Identifier: GPL-3.0-or-later */
/* set and let, as far as other verbs use them. */
#ifndef NNR_CMD_VERBS_SET_H
#define NNR_CMD_VERBS_SET_H

#include "base/err.h"

struct node;
struct session;

int set_penalties(struct session *s, const char *key, struct span where, const struct node *value,
                  struct err *e);

#endif
