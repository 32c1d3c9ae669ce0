/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/index.h"

#include "base/mem.h"

/* FNV-1a. */
static uint32_t hash_of(const char *name)
{
    uint32_t hash = 0x811C9DC5u;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x01000193u;
    return hash ^ hash >> 15;
}

static void put_in(struct index *x, uint32_t item)
{
    uint32_t *head = &x->head[x->item[item].hash & (x->heads - 1)];
    x->item[item].next = *head;
    *head = item;
}

/* Twice the heads, a power of two. */
static int spread_heads(struct index *x)
{
    const size_t heads = x->heads ? 2 * x->heads : 16;
    uint32_t *head = mem_new(heads, sizeof *head);
    if (!head)
        return -1;
    for (size_t i = 0; i < heads; i++)
        head[i] = INDEX_NONE;
    mem_free(x->head);
    x->head = head;
    x->heads = heads;
    for (uint32_t i = 0; i < x->count; i++)
        put_in(x, i);
    return 0;
}

int index_reserve(struct index *x, size_t count)
{
    if (mem_room(&x->item, &x->room, count, sizeof *x->item))
        return -1;
    while (x->heads < count)
        if (spread_heads(x))
            return -1;
    return 0;
}

int index_add(struct index *x, const char *name)
{
    if (index_reserve(x, x->count + 1))
        return -1;
    x->item[x->count].hash = hash_of(name);
    put_in(x, (uint32_t)x->count++);
    return 0;
}

/* Items leave in the order opposite to that in which they came, so each stands first. */
void index_cut(struct index *x, size_t count)
{
    while (x->count > count) {
        const struct index_item *last = &x->item[--x->count];
        x->head[last->hash & (x->heads - 1)] = last->next;
    }
}

static uint32_t of_hash(const struct index *x, uint32_t item, uint32_t hash)
{
    while (item != INDEX_NONE && x->item[item].hash != hash)
        item = x->item[item].next;
    return item;
}

uint32_t index_first(const struct index *x, const char *name)
{
    const uint32_t hash = hash_of(name);
    return x->heads ? of_hash(x, x->head[hash & (x->heads - 1)], hash) : INDEX_NONE;
}

uint32_t index_next(const struct index *x, uint32_t item)
{
    return of_hash(x, x->item[item].next, x->item[item].hash);
}

void index_finish(struct index *x)
{
    mem_free(x->item);
    mem_free(x->head);
    *x = (struct index){0};
}
