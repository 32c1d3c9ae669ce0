/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What data alone prints. */
#ifndef NNR_CMD_VERBS_DATA_H
#define NNR_CMD_VERBS_DATA_H

struct dataset;
struct str;

/* Adds the line that data alone prints; and what show data adds to it. There is data. */
void data_print(struct str *to, const struct dataset *d);

#endif
