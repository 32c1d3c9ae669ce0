/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a report that people read, for who writes them in a way of his own. */
#ifndef NNR_CMD_REPORT_GRID_H
#define NNR_CMD_REPORT_GRID_H

#include "base/str.h"

/* The table as people see it: lines of cells, and which columns stand flush right. */
struct grid {
    struct str *cell; /* [lines][columns] */
    bool *right;
    size_t lines, columns;
    unsigned width; /* of the screen that it is to fit; 0: any */
    bool sideways;  /* the heads stand in the first column, else in the first line */
};

/* How what people read is written. */
struct report_people {
    void (*words)(struct str *to, const char *text, size_t n); /* of sentences: lines */
    void (*grid)(const struct grid *g, struct str *to);
    bool lines; /* a table whose rows are sentences is read as these, else as a grid */
};

#endif
