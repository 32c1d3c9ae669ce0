/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lang/grow.h"

#include <string.h>

int grow(struct arena *a, void *items, size_t count, size_t size)
{
    /* The room is the next power of two, so it is used up exactly at one. */
    if (count & (count - 1))
        return 0;
    void *old, *grown = arena_new(a, count ? count * 2 : 1, size);
    if (!grown)
        return -1;
    memcpy(&old, items, sizeof old);
    if (count)
        memcpy(grown, old, count * size);
    memcpy(items, &grown, sizeof grown);
    return 0;
}
