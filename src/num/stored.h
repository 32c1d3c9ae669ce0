/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers as files of npy and idx hold them: of one type, in a shape, one behind the other. */
#ifndef NNR_NUM_STORED_H
#define NNR_NUM_STORED_H

#include "num/real.h"
#include "num/stream.h"

enum { STORED_AXES = SHAPE_MOST + 1 };

struct stored {
    const struct file_name *file;
    struct stream *stream; /* stands at the first number */
    char kind;             /* f: IEEE 754, i: signed, u: unsigned */
    unsigned width;        /* bytes of a number: 1, 2, 4 or 8 */
    bool big;              /* the most significant byte comes first */
    bool columns;          /* the first axis runs fastest, not the last */
    uint32_t axes;
    uint64_t size[STORED_AXES]; /* outermost first */
    size_t count;               /* of all numbers */
};

/* Opens the file, as stream_open; what its head says is filled in by the reader of its format. On
 * error all is closed. */
int stored_open(struct stored *s, const struct file_name *file, const struct stop *stop,
                struct err *e);
/* Computes `count`. No numbers, more than 2^31, or more than the file has room for is an error. */
int stored_check(struct stored *s, struct err *e);
/* Reads all numbers: element (i, j, ...) goes to to[i * stride + k], k its place among the elements
 * of row i, the last axis fastest; without axes there is one row of one. What is not finite or does
 * not fit into a real is an error, and so is a file that goes on. */
int stored_read(struct stored *s, real *to, size_t stride, struct err *e);
/* The shape of a row: all sizes but the first; 1 for a row of one number. */
struct shape stored_row(const struct stored *s);
/* Adds `2x3x4`. */
void stored_shape_text(const struct stored *s, char *text, size_t room);
void stored_close(struct stored *s);

#endif
