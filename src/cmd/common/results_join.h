/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results that stand in several files, as the parts of a sweep leave them. */
#ifndef NNR_CMD_COMMON_RESULTS_JOIN_H
#define NNR_CMD_COMMON_RESULTS_JOIN_H

#include <stddef.h>

struct err;
struct file_name;
struct results;
struct stop;

/* What was found on the way. */
struct results_found {
    size_t files, runs;
    size_t twice;   /* rows of a run that stood there already, */
    size_t differs; /* and of these such with other figures */
};

/* Reads the rows of one sweep from all files that `pattern` names (* and ? in its last part), in
 * the order of the runs; of a run that is there twice the first row that was done counts. All files
 * must have the same columns, and be of one version and one sweep. NULL: *e. */
struct results *results_join(const struct file_name *pattern, const struct stop *stop,
                             struct results_found *found, struct err *e);

#endif
