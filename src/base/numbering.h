/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where to look for the first free of dense_1, dense_2, ...: a note for each base of the number
 * below which all are known to be taken. Zeroed memory knows nothing. */
#ifndef NNR_BASE_NUMBERING_H
#define NNR_BASE_NUMBERING_H

#include <stddef.h>
#include <stdint.h>

struct numbering_item {
    char base[64];
    uint32_t next;
};
struct numbering {
    struct numbering_item *item;
    size_t count, room, turn;
};

/* The number to begin with: 1, or what was noted. */
uint32_t numbering_next(const struct numbering *n, const char *base);
/* All numbers below `next` are taken. For one base too many an older note is lost, which costs time
 * alone. 0, or -1 without memory. */
int numbering_note(struct numbering *n, const char *base, uint32_t next);
/* A name is free again. */
void numbering_free(struct numbering *n, const char *name);
void numbering_finish(struct numbering *n);

#endif
