/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show data. */
#ifndef NNR_CMD_VERBS_SHOW_DATA_H
#define NNR_CMD_VERBS_SHOW_DATA_H

struct err;
struct report;
struct session;

/* What the columns of the data hold, and how many samples each class has. */
int data_show(struct session *s, struct report *r, struct err *e);

#endif
