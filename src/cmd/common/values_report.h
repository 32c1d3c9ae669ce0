/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of expressions as print shows them. */
#ifndef NNR_CMD_COMMON_VALUES_REPORT_H
#define NNR_CMD_COMMON_VALUES_REPORT_H

struct arg;
struct err;
struct model;
struct report;
struct session;

/* Adds strings and the values of expressions about a model as a list, print, and the sentence that
 * people read; with --check only looks at them. */
int values_report(struct session *s, struct model *m, const struct arg *what, struct report *r,
                  struct err *e);

#endif
