/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory: every allocation of the program goes through here, so that a test can make any one of
 * them fail. All return NULL when there is no memory; the caller reports it with err_memory(). */
#ifndef NNR_BASE_MEM_H
#define NNR_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* `count` things of `size` bytes, zeroed; free with mem_free. */
void *mem_new(size_t count, size_t size);
/* The same, aligned to 64 bytes for vector loads; at least one byte is always allocated. */
void *mem_block(size_t count, size_t size);
/* Makes room for `need` items in the array `*items` (any object pointer type) that has room for
 * `*room`. New room is zeroed. Returns 0, or -1 with everything as it was. */
int mem_room(void *items, size_t *room, size_t need, size_t size);
/* A copy of `n` bytes of text with a NUL behind them. */
char *mem_text(const char *text, size_t n);
void mem_free(void *p);

/* Test hooks. The n-th allocation from now fails (1 is the next), once; 0 switches it off. */
void mem_fail_at(long n);
/* Whether the failure asked for has happened. */
bool mem_failed(void);

/* A bag of small things that are freed together. Zeroed memory is a valid empty arena. */
struct arena {
    struct chunk *chunk;
    size_t bytes; /* of all its chunks */
};
/* Zeroed memory, aligned for any type; lives until the arena is emptied. */
void *arena_new(struct arena *a, size_t count, size_t size);
char *arena_text(struct arena *a, const char *text, size_t n);
void arena_finish(struct arena *a);

#endif
