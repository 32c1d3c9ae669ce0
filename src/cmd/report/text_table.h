/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of text whose columns are as wide as what stands in them. */
#ifndef NNR_CMD_REPORT_TEXT_TABLE_H
#define NNR_CMD_REPORT_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct str;

struct grid {
    size_t columns;
    const bool *right; /* columns that are set flush right */
    struct str *cell;  /* row after row */
    size_t cells, room;
    bool failed;
};

/* Adds the next cell. */
void grid_add(struct grid *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Writes the rows, and empties the grid. */
void grid_print(struct grid *g, struct str *to);

#endif
