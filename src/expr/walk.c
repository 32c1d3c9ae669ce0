/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/walk.h"

struct walk walk_start(const struct dims *x, const struct dims *operand, size_t place)
{
    struct walk w = {0};
    size_t stride = 1;
    for (uint32_t i = 0; i < x->axes; i++) {
        uint32_t axis = x->axes - 1 - i;
        size_t size = i < operand->axes ? operand->size[operand->axes - 1 - i] : 1;
        w.stride[axis] = size == 1 ? 0 : stride;
        stride *= size;
        w.at[axis] = place % x->size[axis];
        w.from += w.at[axis] * w.stride[axis];
        place /= x->size[axis];
    }
    return w;
}

size_t walk_run(const struct walk *w, const struct dims *x, size_t most)
{
    const size_t left = x->size[x->axes - 1] - w->at[x->axes - 1];
    return left < most ? left : most;
}

void walk_on(struct walk *w, const struct dims *x, size_t n)
{
    uint32_t axis = x->axes - 1;
    w->at[axis] += n;
    w->from += n * w->stride[axis];
    while (axis > 0 && w->at[axis] == x->size[axis]) {
        w->from -= w->at[axis] * w->stride[axis];
        w->at[axis--] = 0;
        w->at[axis]++;
        w->from += w->stride[axis];
    }
}
