/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses, and how much of them is penalty, as text. */
#ifndef NNR_CMD_REPORT_LOSSES_TEXT_H
#define NNR_CMD_REPORT_LOSSES_TEXT_H

struct figures;
struct model;
struct str;

/* loss X = data Y + penalty Z */
void figures_text(struct str *to, const struct figures *x);
/* Adds the losses as one would write them, a line each that begins with `lead`. */
void losses_print(struct str *to, const struct model *m, const char *lead);

#endif
