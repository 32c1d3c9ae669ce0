/* SPDX-License-Identifier: GPL-3.0-or-later */
/* docs/catalogue.md: all that regularizes, from the tables. */
#ifndef NNR_CMD_VERBS_CATALOGUE_H
#define NNR_CMD_VERBS_CATALOGUE_H

struct out;

/* Writes the page: of each table the rows that say when one takes them, the keys that do, and the
 * library of formulas. Nothing when there is no memory. */
void catalogue_write(const struct out *to);

#endif
