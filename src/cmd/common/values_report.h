/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of expressions as print shows them. */
#ifndef NNR_CMD_COMMON_VALUES_REPORT_H
#define NNR_CMD_COMMON_VALUES_REPORT_H

#include <stdbool.h>

struct arg;
struct err;
struct model;
struct report;
struct session;

/* Adds strings and the values of expressions about a model as a list, print, and the sentence that
 * people read; with --check only looks at them. `labels`: for people each of several values has
 * its expression in front, unless texts among them say what they are. *last becomes
 * the last of the values that are one number; without any it stays. */
int values_report(struct session *s, struct model *m, const struct arg *what, bool labels,
                  struct report *r, double *last, struct err *e);

#endif
