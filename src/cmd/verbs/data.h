/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What data alone prints. */
#ifndef NNR_CMD_VERBS_DATA_H
#define NNR_CMD_VERBS_DATA_H

struct dataset;
struct report;

/* What data alone reports, and show data first. There is data. */
void data_report(struct report *r, const struct dataset *d);

#endif
