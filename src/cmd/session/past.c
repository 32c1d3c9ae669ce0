/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/past.h"

#include <string.h>

struct journal *journal_create(uint64_t seed)
{
    struct journal *j = mem_new(1, sizeof *j);
    if (j) {
        j->seed = seed;
        j->fd = -1;
    }
    return j;
}

void lines_free(struct line *l)
{
    while (l) {
        struct line *next = l->next;
        mem_free(l);
        l = next;
    }
}

struct line *line_new(long pushes, const char *text)
{
    const size_t n = strlen(text) + 1;
    struct line *l = mem_new(1, sizeof *l + n);
    if (l) {
        l->pushes = pushes;
        memcpy(l->text, text, n);
    }
    return l;
}

void journal_forget_lists(struct journal *j)
{
    lines_free(j->chosen);
    lines_free(j->partial);
    lines_free(j->extra);
    lines_free(j->spelled);
    j->chosen = j->partial = j->extra = j->spelled = j->spelled_last = NULL;
    j->spells = j->instead = false;
    j->exercises = 0;
}
