/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Initialisers: how a weight tensor starts. */
#ifndef NNR_NN_INIT_H
#define NNR_NN_INIT_H

#include "base/entry.h"
#include "base/stop.h"
#include "num/real.h"

struct init_kind {
    struct entry entry;
    /* Fills to[count of shape], drawing from `key`: 0, or -1 when there is no memory. When `stop`
     * asks for it, it returns early. */
    int (*fill)(const struct args *self, const struct shape *shape, uint64_t key,
                const struct stop *stop, real *to);
    /* In place of `fill`, for what can fail otherwise. */
    int (*read)(const struct args *self, const struct shape *shape, const struct stop *stop,
                real *to, struct err *e);
    /* Whether the shape suits; NULL: every shape does. */
    int (*check)(const struct args *self, const struct shape *shape, struct err *e);
};
extern const struct table init_kinds;
extern const struct args init_zeros;

int init_check(const struct args *self, const struct shape *shape, struct err *e);
/* Draws from (seed, path) alone, so equal paths start equal in every model. `stop`, which may be
 * NULL, ends it with ERR_STOPPED. */
int init_fill(const struct args *self, const struct shape *shape, uint64_t seed, const char *path,
              const struct stop *stop, real *to, struct err *e);

#endif
