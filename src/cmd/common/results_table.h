/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a file of results, line by line. */
#ifndef NNR_CMD_COMMON_RESULTS_TABLE_H
#define NNR_CMD_COMMON_RESULTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct file_name;
struct results;
struct results_run;

/* A table as RFC 4180 has it, a line at a time: the fields are cut out of the text itself. */
struct results_table {
    char *at;     /* the next line; NULL behind the last */
    char **field; /* of the latest line; freed with mem_free */
    size_t fields, room;
};
/* 1: there is a line; 0: there is none, or one that does not end; -1 without memory. */
int results_table_line(struct results_table *t);

/* Which column has what. */
struct results_heads {
    char **name;
    size_t count;
};
/* The field below that head; "" where there is no such column. */
const char *results_table_field(const struct results_table *t, const struct results_heads *h,
                                const char *name);
/* The number of the values that a line has; of->values: the sweep has no such. */
size_t results_table_value(const struct results *of, const struct results_table *t,
                           const struct results_heads *h);
/* Reads the line of a run that was done. On error *to is empty. */
int results_table_row(const struct results *of, const struct results_table *t,
                      const struct results_heads *h, const struct file_name *file,
                      struct results_run *to, struct err *e);
/* The error of a file that holds no results. Returns -1. */
int results_table_refuse(const struct file_name *file, struct err *e);

#endif
