/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/tensor.h"

#include <stdio.h>
#include <string.h>

size_t dims_count(const struct dims *x)
{
    size_t n = 1;
    for (uint32_t i = 0; i < x->axes; i++)
        n *= x->size[i];
    return n;
}

bool dims_same(const struct dims *a, const struct dims *b)
{
    return a->axes == b->axes && memcmp(a->size, b->size, a->axes * sizeof *a->size) == 0;
}

const char *dims_text(const struct dims *x, char *text, size_t room)
{
    size_t at = 0;
    if (!x->axes)
        snprintf(text, room, "1");
    for (uint32_t i = 0; i < x->axes && at < room; i++) {
        int n = x->size[i] == DIMS_BATCH
                    ? snprintf(text + at, room - at, "%sbatch", i ? "x" : "")
                    : snprintf(text + at, room - at, "%s%zu", i ? "x" : "", x->size[i]);
        at += n > 0 ? (size_t)n : 0;
    }
    return text;
}

/* The size of the i-th axis from the last; 1 beyond the first. */
static size_t size_from_last(const struct dims *x, uint32_t i)
{
    return i < x->axes ? x->size[x->axes - 1 - i] : 1;
}

bool dims_broadcast(const struct dims *a, const struct dims *b, struct dims *to)
{
    struct dims x = {.axes = a->axes > b->axes ? a->axes : b->axes};
    for (uint32_t i = 0; i < x.axes; i++) {
        const size_t p = size_from_last(a, i), q = size_from_last(b, i);
        if (p != q && p != 1 && q != 1)
            return false;
        x.size[x.axes - 1 - i] = p == 1 ? q : p;
    }
    *to = x;
    return true;
}

void dims_reverse(struct dims *x)
{
    const struct dims was = *x;
    for (uint32_t i = 0; i < x->axes; i++)
        x->size[i] = was.size[x->axes - 1 - i];
}

void tensor_finish(struct tensor *t)
{
    mem_free(t->item);
    *t = (struct tensor){0};
}
