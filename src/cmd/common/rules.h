/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings that follow an expression, as a model is trained. */
#ifndef NNR_CMD_COMMON_RULES_H
#define NNR_CMD_COMMON_RULES_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct model;
struct node;
struct rule;
struct rules;
struct session;

/* Before a step: works out the rules that are due, from the model as it stands, and puts all their
 * numbers in. On error, which names the rule, nothing has changed. */
int rules_apply(struct session *s, struct model *m, struct err *e);
/* That step was not taken: the numbers are again as before. */
void rules_put_back(struct model *m);
/* That step was taken: keeps what the rules need of its batch. */
void rules_keep(struct model *m);

/* Checks a rule that the model has from now on, with its value as it is typed: names, shapes, and
 * kinds. `begins`: its setting has no number yet and gets one, which needs a value that is known.
 */
int rules_begin(struct session *s, struct model *m, struct rule *rule, const struct node *tree,
                bool begins, struct err *e);

#endif
