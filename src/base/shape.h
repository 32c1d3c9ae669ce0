/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The shape of a tensor, without its batch axis: `64`, `10x100`. A plain value, copied freely. */
#ifndef NNR_BASE_SHAPE_H
#define NNR_BASE_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SHAPE_MOST = 6,
    SHAPE_NUMBERS_MOST = 2147483647 /* numbers of one tensor, without its batch axis */
};

struct shape {
    uint32_t axes;             /* how many sizes are used */
    uint32_t size[SHAPE_MOST]; /* outermost first */
};

/* The shape with one axis of `size`. */
struct shape shape_of(uint32_t size);
/* The number of elements; 1 for a shape without axes. */
size_t shape_count(const struct shape *s);
/* The size of the last axis; 1 for a shape without axes. */
uint32_t shape_last(const struct shape *s);
bool shape_same(const struct shape *a, const struct shape *b);
/* Writes `10x100` into `text`, which has room for `room` bytes; returns `text`. */
const char *shape_text(const struct shape *s, char *text, size_t room);

#endif
