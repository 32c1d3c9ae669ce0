/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The wish that work should end: whoever can be told of it (by a signal, say) hands this down, and
 * every loop that may take long looks at it. */
#ifndef NNR_BASE_STOP_H
#define NNR_BASE_STOP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct stop {
    /* Whether work is to end. It costs next to nothing, may be called from any thread, and once it
     * is true it stays so until the work that was under way has returned: who has left a loop early
     * need not say so, the next one who looks sees it too. NULL: never. */
    bool (*asked)(void *self);
    void *self;
};

/* `s` may be NULL: never. */
static inline bool stop_asked(const struct stop *s)
{
    return s && s->asked && s->asked(s->self);
}

/* The same for a loop over many small things, which is at number i: it looks at every 4096th. */
static inline bool stop_asked_at(const struct stop *s, size_t i)
{
    return !(i & 0xFFF) && stop_asked(s);
}

/* 0, or -1 with ERR_STOPPED. */
int stop_check(const struct stop *s, struct err *e);
/* Fills in an ERR_STOPPED; returns -1. */
int err_stopped(struct err *e);
/* Copies n bytes; false: it was stopped on the way. */
bool stop_copy(const struct stop *s, void *to, const void *from, size_t n);

#endif
