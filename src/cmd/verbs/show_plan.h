/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show plan. */
#ifndef NNR_CMD_VERBS_SHOW_PLAN_H
#define NNR_CMD_VERBS_SHOW_PLAN_H

struct err;
struct report;
struct session;

/* The steps that training of the current model is compiled into. */
int plan_show(struct session *s, struct report *r, struct err *e);

#endif
