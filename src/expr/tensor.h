/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapes and results of expressions. */
#ifndef NNR_EXPR_TENSOR_H
#define NNR_EXPR_TENSOR_H

#include "base/mem.h"
#include "base/shape.h"
#include "num/real.h"

#include <stdint.h>

enum { TENSOR_AXES = SHAPE_MOST + 1 }; /* the batch is axis 0 of an activity */

/* The size of axis 0 while only the shapes of a batch are known and not how many samples it has: a
 * prime that no other axis has, so that what fits fits every batch. */
#define DIMS_BATCH ((size_t)1000000007)

struct dims {
    uint32_t axes; /* 0: a single number */
    size_t size[TENSOR_AXES];
};

/* A result. Zeroed memory is a valid empty one. */
struct tensor {
    struct dims dims;
    double *item; /* mem_block; one item for a single number */
};
size_t dims_count(const struct dims *x);
bool dims_same(const struct dims *a, const struct dims *b);
/* The shape that both are broadcast to, in *to, which may be one of them: counted from the last
 * axis, sizes are equal, or one of them is 1. False: they do not fit, and *to is as it was. */
bool dims_broadcast(const struct dims *a, const struct dims *b, struct dims *to);
/* The axes in reverse order. */
void dims_reverse(struct dims *x);
/* Writes `10x100` into `text`, which has room for `room` bytes; `1` for a single number, and
 * `batch` for DIMS_BATCH. */
const char *dims_text(const struct dims *x, char *text, size_t room);
void tensor_finish(struct tensor *t);

#endif
