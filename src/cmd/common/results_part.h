/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --part: a share of the runs of each sweep, with files of its own. */
#ifndef NNR_CMD_COMMON_RESULTS_PART_H
#define NNR_CMD_COMMON_RESULTS_PART_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;
struct file_name;
struct session;

/* Whether this process does a share of each sweep alone. */
bool results_in_parts(const struct session *s);
/* Whether run number `i` of a sweep, from 0, is of this share: each is of one. */
bool results_of_part(const struct session *s, size_t i);
/* The file of this share: "sweep.csv" becomes "sweep.3.csv"; without shares it is the same file.
 * What is new lives in `arena`. */
int results_part_file(const struct session *s, struct arena *arena, const struct file_name *of,
                      struct file_name *to, struct err *e);

#endif
