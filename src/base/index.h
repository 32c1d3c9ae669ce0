/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding things by name in a list that grows and shrinks at its end. An index knows the hash of
 * the name of item 0, 1, 2 ...; whether an item of that hash has the name is for the caller to see:
 *
 *     for (uint32_t i = index_first(x, name); i != INDEX_NONE; i = index_next(x, i))
 *         if (strcmp(item[i].name, name) == 0) ...
 *
 * The newest come first. Zeroed memory is a valid empty index. */
#ifndef NNR_BASE_INDEX_H
#define NNR_BASE_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define INDEX_NONE UINT32_MAX

struct index_item {
    uint32_t hash, next;
};
struct index {
    struct index_item *item;
    uint32_t *head;
    size_t count, room, heads;
};

/* Makes room: as long as there are no more than `count` items, none of these functions fails. */
int index_reserve(struct index *x, size_t count);
/* Notes the name of the next item. 0, or -1 without memory: the index is as it was. */
int index_add(struct index *x, const char *name);
/* Forgets all items but the first `count`. */
void index_cut(struct index *x, size_t count);
uint32_t index_first(const struct index *x, const char *name);
uint32_t index_next(const struct index *x, uint32_t item);
void index_finish(struct index *x);

#endif
