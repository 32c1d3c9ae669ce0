/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/numbering.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { BASES_MOST = 64 };

static struct numbering_item *find_item(const struct numbering *n, const char *base, size_t letters)
{
    for (size_t i = 0; i < n->count; i++)
        if (strncmp(n->item[i].base, base, letters) == 0 && !n->item[i].base[letters])
            return &n->item[i];
    return NULL;
}

uint32_t numbering_next(const struct numbering *n, const char *base)
{
    const size_t letters = strlen(base);
    const struct numbering_item *at =
        letters < sizeof at->base ? find_item(n, base, letters) : NULL;
    return at ? at->next : 1;
}

int numbering_note(struct numbering *n, const char *base, uint32_t next)
{
    const size_t letters = strlen(base);
    struct numbering_item *at;
    if (letters >= sizeof at->base)
        return 0;
    at = find_item(n, base, letters);
    if (!at && n->count < BASES_MOST) {
        if (mem_room(&n->item, &n->room, n->count + 1, sizeof *at))
            return -1;
        at = &n->item[n->count++];
    }
    if (!at)
        at = &n->item[n->turn++ % BASES_MOST];
    memcpy(at->base, base, letters + 1);
    at->next = next;
    return 0;
}

void numbering_free(struct numbering *n, const char *name)
{
    const char *line = strrchr(name, '_');
    const size_t letters = line ? (size_t)(line - name) : SIZE_MAX;
    struct numbering_item *at = letters < sizeof at->base ? find_item(n, name, letters) : NULL;
    const unsigned long number = at ? strtoul(line + 1, NULL, 10) : 0;
    if (number && number < at->next)
        at->next = (uint32_t)number;
}

void numbering_finish(struct numbering *n)
{
    mem_free(n->item);
    *n = (struct numbering){0};
}
