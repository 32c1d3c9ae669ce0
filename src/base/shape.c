/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/shape.h"

#include <stdio.h>

struct shape shape_of(uint32_t size)
{
    return (struct shape){.axes = 1, .size = {size}};
}

size_t shape_count(const struct shape *s)
{
    size_t n = 1;
    for (uint32_t i = 0; i < s->axes; i++)
        n *= s->size[i];
    return n;
}

uint32_t shape_last(const struct shape *s)
{
    return s->axes ? s->size[s->axes - 1] : 1;
}

bool shape_same(const struct shape *a, const struct shape *b)
{
    if (a->axes != b->axes)
        return false;
    for (uint32_t i = 0; i < a->axes; i++)
        if (a->size[i] != b->size[i])
            return false;
    return true;
}

const char *shape_text(const struct shape *s, char *text, size_t room)
{
    size_t at = 0;
    if (!s->axes)
        snprintf(text, room, "1");
    for (uint32_t i = 0; i < s->axes && at < room; i++) {
        int n = snprintf(text + at, room - at, "%s%u", i ? "x" : "", (unsigned)s->size[i]);
        at += n > 0 ? (size_t)n : 0;
    }
    return text;
}
