/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What acts when a model is trained and has no value in the ledger: each a row of the summary. */
#ifndef NNR_CMD_REPORT_ACTS_H
#define NNR_CMD_REPORT_ACTS_H

struct dataset;
struct model;
struct report;

/* Adds the rows: noise, constraints, and what else moves weights in a step. Without any, nothing.
 * `d` is what the model is trained on; NULL: there is none yet. */
void acts_report(struct report *r, const struct model *m, const struct dataset *d);

#endif
