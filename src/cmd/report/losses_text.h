/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses as text. */
#ifndef NNR_CMD_REPORT_LOSSES_TEXT_H
#define NNR_CMD_REPORT_LOSSES_TEXT_H

struct model;
struct str;

/* Adds the losses as one would write them, a line each that begins with `lead`. */
void losses_print(struct str *to, const struct model *m, const char *lead);

#endif
