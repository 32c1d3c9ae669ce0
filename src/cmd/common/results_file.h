/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Results in files: a row for each run. */
#ifndef NNR_CMD_COMMON_RESULTS_FILE_H
#define NNR_CMD_COMMON_RESULTS_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct file_name;
struct results;
struct results_run;
struct stop;

/* Whether results could be written into that file, whose name ends in .csv or .json. */
int results_file_check(const struct file_name *file, struct err *e);
/* Writes all of them, at once or not at all. */
int results_save(const struct results *of, const struct file_name *file, struct err *e);

/* A file to which rows are added while a sweep goes on. */
struct results_log;

/* Whether a log could be begun; its name ends in .csv. */
int results_log_check(const struct file_name *file, struct err *e);
/* Begins it with a line of heads, in place of a file that nnr wrote. NULL: *e. `file` must outlive
 * it. */
struct results_log *results_log_begin(const struct results *of, const struct file_name *file,
                                      struct err *e);
/* Adds the row of a run. When it does not fit the file ends with the row before. */
int results_log_add(struct results_log *log, const struct results *of,
                    const struct results_run *run, struct err *e);
void results_log_end(struct results_log *log);

/* The rows of a file that results_save or a log wrote. */
struct results_rows {
    struct results_run *run; /* those that were done */
    size_t runs, room;
};
/* Reads the rows of the sweep `of`: those of its digest and values. A last line without its end is
 * left out. A file of another sweep, of another version, or of no sweep is an error. */
int results_read(const struct results *of, const struct file_name *file, const struct stop *stop,
                 struct results_rows *to, struct err *e);
void results_rows_finish(struct results_rows *rows);

#endif
