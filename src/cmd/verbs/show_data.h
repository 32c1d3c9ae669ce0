/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show data. */
#ifndef NNR_CMD_VERBS_SHOW_DATA_H
#define NNR_CMD_VERBS_SHOW_DATA_H

struct err;
struct session;
struct str;

int data_show(struct session *s, struct str *to, struct err *e);

#endif
