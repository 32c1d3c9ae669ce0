/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/inflate.h"

#include "base/mem.h"

static void *room(void *self, unsigned count, unsigned size)
{
    (void)self;
    return mem_new(count, size);
}

static void release(void *self, void *p)
{
    (void)self;
    mem_free(p);
}

int inflate_begin_gzip(z_stream *z)
{
    enum { GZIP = 16 + MAX_WBITS };
    z->zalloc = room;
    z->zfree = release;
    return inflateInit2(z, GZIP);
}
