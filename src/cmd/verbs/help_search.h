/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Help found by what it says, and its examples. */
#ifndef NNR_CMD_VERBS_HELP_SEARCH_H
#define NNR_CMD_VERBS_HELP_SEARCH_H

#include <stddef.h>

struct str;

/* Adds a line for each row, and for each key of rows, whose name or texts have the word in them,
 * whatever its case; returns how many. */
size_t help_search(struct str *to, const char *word);
/* The example of the row that has the name; NULL: there is none. */
const char *help_example(const char *name);

#endif
