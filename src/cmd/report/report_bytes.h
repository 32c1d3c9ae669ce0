/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as bytes, to be written out later. */
#ifndef NNR_CMD_REPORT_REPORT_BYTES_H
#define NNR_CMD_REPORT_REPORT_BYTES_H

struct bytes;
struct report;
struct str;

void report_put(const struct report *r, struct str *to);
/* Into an empty report, which owns all of it. What is not whole sets b->failed, or fails for want
 * of memory as reports do; the report is to be finished in any case. */
void report_take(struct report *r, struct bytes *b);

#endif
