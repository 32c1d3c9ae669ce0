/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results as a report: a row for each value, or a row for each run. */
#ifndef NNR_CMD_REPORT_RESULTS_REPORT_H
#define NNR_CMD_REPORT_RESULTS_REPORT_H

#include <stddef.h>

struct report;
struct results;
struct results_run;

/* The results must outlive the report. */

/* A row for each value, of several seeds mean and standard deviation (that of a sample); `only`
 * names the figures that are wanted, 0 of them: all that there are. */
void results_report(struct report *r, const struct results *of, const char *const *only,
                    size_t onlys);
/* A row for each of `count` runs, with everything that there is of it; columns for the first
 * `names` of what was measured. */
void results_tidy(struct report *r, const struct results *of, const struct results_run *run,
                  size_t count, size_t names);
/* The first column of the latter, which tells the version that wrote it. */
#define RESULTS_MARK "nnr"
/* How a file with the latter begins. */
#define RESULTS_OWN RESULTS_MARK ",digest,model,sweep,"
/* That version, in the precision that counts. */
const char *results_version(void);
/* Writes a digest as the column has it. Returns text. */
const char *results_digest_text(const struct results *of, char text[20]);

#endif
