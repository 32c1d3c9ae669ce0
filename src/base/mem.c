/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/mem.h"

#include "base/system.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long fail_at, fail_seen;

static bool refuse_memory(size_t count, size_t size)
{
    if (fail_at && ++fail_seen == fail_at)
        return true;
    return size && count > (size_t)PTRDIFF_MAX / size;
}

void mem_fail_at(long n)
{
    fail_at = n;
    fail_seen = 0;
}

bool mem_failed(void)
{
    return fail_at && fail_seen >= fail_at;
}

void *mem_new(size_t count, size_t size)
{
    if (refuse_memory(count, size))
        return NULL;
    return calloc(count ? count : 1, size ? size : 1);
}

/* Fresh memory of the system is zero already: large blocks give theirs back and get it anew page by
 * page as it is used, so that to ask for them takes no time. */
static void clear_block(char *p, size_t bytes)
{
    const size_t large = (size_t)16 << 20, page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t before = (page - (uintptr_t)p % page) % page;
    const size_t pages = bytes < large ? 0 : (bytes - before) / page * page;
    if (!pages || !system_clear_pages(p + before, pages)) {
        memset(p, 0, bytes);
        return;
    }
    memset(p, 0, before);
    memset(p + before + pages, 0, bytes - before - pages);
}

void *mem_block(size_t count, size_t size)
{
    enum { LINE = 64 };
    if (refuse_memory(count, size) || count * size > (size_t)PTRDIFF_MAX - LINE)
        return NULL;
    size_t bytes = (count * size + LINE) / LINE * LINE;
    void *p = aligned_alloc(LINE, bytes);
    if (p)
        clear_block(p, bytes);
    return p;
}

int mem_room(void *items, size_t *room, size_t need, size_t size)
{
    if (need <= *room)
        return 0;
    size_t more = *room < 8 ? 8 : *room * 2;
    more = more < need ? need : more;
    if (refuse_memory(more, size))
        return -1;
    void *old;
    memcpy(&old, items, sizeof old);
    char *grown = realloc(old, more * size);
    if (!grown)
        return -1;
    memset(grown + *room * size, 0, (more - *room) * size);
    memcpy(items, &grown, sizeof grown);
    *room = more;
    return 0;
}

char *mem_text(const char *text, size_t n)
{
    char *copy = mem_new(n + 1, 1);
    if (copy && n)
        memcpy(copy, text, n);
    return copy;
}

void mem_free(void *p)
{
    free(p);
}

struct chunk {
    struct chunk *next;
    size_t used, room;
    _Alignas(max_align_t) char bytes[];
};

void *arena_new(struct arena *a, size_t count, size_t size)
{
    enum { CHUNK = 4000, CHUNK_MOST = 1 << 20 };
    const size_t align = _Alignof(max_align_t);
    if (size && count > (size_t)PTRDIFF_MAX / 2 / size)
        return NULL;
    size_t n = (count * size + align - 1) / align * align;
    struct chunk *c = a->chunk;
    if (!c || c->room - c->used < n) {
        /* Each as large as all before, so that even a million things are few chunks. */
        const size_t twice = c ? 2 * c->room : CHUNK;
        const size_t usual = twice < CHUNK_MOST ? twice : CHUNK_MOST;
        const size_t room = n > usual ? n : usual;
        c = mem_new(1, sizeof *c + room);
        if (!c)
            return NULL;
        c->room = room;
        c->next = a->chunk;
        a->chunk = c;
        a->bytes += sizeof *c + room;
    }
    void *p = c->bytes + c->used;
    c->used += n;
    return p;
}

char *arena_text(struct arena *a, const char *text, size_t n)
{
    char *copy = arena_new(a, n + 1, 1);
    if (copy && n)
        memcpy(copy, text, n);
    return copy;
}

void arena_finish(struct arena *a)
{
    while (a->chunk) {
        struct chunk *next = a->chunk->next;
        mem_free(a->chunk);
        a->chunk = next;
    }
    a->bytes = 0;
}
