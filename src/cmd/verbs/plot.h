/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs that show views share. */
#ifndef NNR_CMD_VERBS_PLOT_H
#define NNR_CMD_VERBS_PLOT_H

#include <stdbool.h>

struct args;
struct err;
struct node;
struct session;

/* Whether a statement's word means a view: its name, where no layer of the model has it. */
bool is_view(const struct session *s, const struct node *n);
/* The numbers of a view as a table: of the arguments of show, whose `what` has its name and those
 * of layers. */
int view_show(struct session *s, const struct args *args, struct err *e);

#endif
