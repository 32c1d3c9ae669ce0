/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cells of a table of text, one after the other: RFC 4180, and what programs really write. */
#ifndef NNR_DATA_CELLS_H
#define NNR_DATA_CELLS_H

#include "num/stream.h"

/* Lines end with LF, CR LF or CR, and empty ones are passed over. The cells of a line are separated
 * by commas; or, when the first line has none, by semicolons or else tabs. A cell in double quotes
 * may hold all of these, and "" for a quote. Blanks round a cell do not count. */
struct cells {
    const struct file_name *file;
    struct stream *stream;
    unsigned char *piece; /* what is read and not yet used */
    size_t at, size;
    char separator;
    char *text; /* the cell, NUL-terminated */
    size_t length, room;
    uint64_t line; /* the one being read, from 1 */
    bool inside;   /* more of the row follow */
    /* Of the cell: the line its row begins in, its number in the row from 1, and whether it was in
     * quotes. */
    uint64_t row_line;
    size_t column;
    bool quoted;
};

enum cell {
    CELL_ERROR = -1,
    CELL_INNER, /* more of the row follow */
    CELL_LAST,  /* the last one of its row */
    CELL_NONE   /* no further row */
};

int cells_open(struct cells *c, const struct file_name *file, const struct stop *stop,
               struct err *e);
/* Reads the next cell; CELL_ERROR: *e. */
enum cell cells_next(struct cells *c, struct err *e);
void cells_close(struct cells *c);

#endif
