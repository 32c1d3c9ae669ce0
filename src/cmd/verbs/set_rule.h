/* SPDX-License-Identifier: GPL-3.0-or-later */
/* set ... every N: rules. */
#ifndef NNR_CMD_VERBS_SET_RULE_H
#define NNR_CMD_VERBS_SET_RULE_H

#include "base/err.h"

struct node;
struct pair;
struct session;
struct target;

/* Makes a rule of the current model that prunes one of its weights, by `tree`, a share. */
int prune_rule(struct session *s, const char *weight, const struct node *tree, struct span where,
               uint64_t every, struct err *e);
/* Makes a rule of the current model, in place of the one for that setting. */
int set_rule(struct session *s, const struct target *t, const struct pair *pair, uint64_t every,
             struct err *e);

#endif
