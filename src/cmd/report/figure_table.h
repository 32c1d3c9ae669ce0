/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The numbers of a picture as a table: for machines all rows of its csv; for people series beside
 * each other by x, or the first rows where they do not share one. */
#ifndef NNR_CMD_REPORT_FIGURE_TABLE_H
#define NNR_CMD_REPORT_FIGURE_TABLE_H

struct figure;
struct report;
struct session;

/* People see about as many rows as fit on the screen. */
void figure_table(const struct session *s, struct report *r, const struct figure *f);
/* A table of its series: how many points, the first and the last value, the least and the most.
 * People may read its rows as sentences. */
void figure_summary(struct report *r, const struct figure *f);

#endif
