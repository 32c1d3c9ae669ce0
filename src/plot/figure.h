/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture as gnuplot reads it: a program and its numbers, complete in itself but for the terminal
 * and the output, which belong to the bridge alone. */
#ifndef NNR_PLOT_FIGURE_H
#define NNR_PLOT_FIGURE_H

#include "base/err.h"
#include "base/str.h"

#define FIGURE_BIG "1.6"
/* Zeroed memory is a valid empty figure. */
struct figure {
    struct str program; /* datablocks, settings and plot; begins with reset */
    struct str csv;     /* the same numbers for other programs: series,x,y */
    size_t blocks;      /* datablocks so far, for their names */
    struct str series;  /* what the rows of csv begin with, quoted if need be */
    const char *x;      /* what x is, for people; NULL: x */
    bool plane;         /* y is a place as x is; the figure is z */
    size_t columns;     /* numbers in the longest row */
    bool big;           /* letters and lines are FIGURE_BIG times as large, but not as text */
};
void figure_finish(struct figure *f);
/* Whether memory ran out in any part. */
bool figure_failed(const struct figure *f);

/* Adds a text of a person as a single-quoted gnuplot string: quotes doubled (and a
 * space before one at the beginning or behind another), control characters and broken UTF-8
 * removed, at most 200 characters. The only way such text gets into a program. */
void figure_quote(struct str *to, const char *text);
/* Begins a datablock and writes its name ("$d3") into name; figure_row adds rows of n numbers (NaN
 * leaves a gap), figure_gap an empty line, figure_end ends it. */
void figure_begin(struct figure *f, char name[16]);
/* What the csv calls the rows that follow, until the next figure_begin; "d3" if nobody says. */
void figure_series(struct figure *f, const char *name);
void figure_row(struct figure *f, const double *x, size_t n);
void figure_gap(struct figure *f);
void figure_end(struct figure *f);
/* Adds the first line of the csv: FIGURE_COLUMNS and as many further ones as the figure has. */
#define FIGURE_COLUMNS "series,x,y"
void figure_header(const struct figure *f, struct str *to);
/* At most `most` points that keep each bucket's smallest and largest value; returns how many. x and
 * y are in order of x; to_x and to_y have room for `most`. */
size_t figure_decimate(const double *x, const double *y, size_t n, size_t most, double *to_x,
                       double *to_y);

#endif
