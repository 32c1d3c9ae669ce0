/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Optimizers: one file each. They see flat arrays and know no layers. */
#ifndef NNR_TRAIN_OPT_H
#define NNR_TRAIN_OPT_H

#include "base/entry.h"
#include "num/kernels.h"

#include <stdint.h>

enum { SLOTS_MOST = 2 };

struct opt_kind {
    struct entry entry;
    size_t slots; /* numbers it keeps for each weight */
    /* Moves n weights along gradient g; `count` is the number of this update, from 1. Arrays that
     * the kind does not keep are NULL. */
    void (*update)(const struct args *self, uint64_t count, size_t n, const real *g, real *w,
                   real *const slot[SLOTS_MOST]);
    /* The largest number that an update may come to write for a gradient of Euclidean norm `norm`,
     * with room to spare: beyond REAL_MOST the step is refused, as it cannot be taken back. */
    double (*reach)(const struct args *self, double norm);
};
extern const struct table opt_kinds;

static inline const struct opt_kind *opt_kind_of(const struct args *a)
{
    return (const struct opt_kind *)a->entry;
}

#define LEARNING_RATE(standard_rate)                                                               \
    {                                                                                              \
        .name = "lr", .form = KEY, .type = ARG_NUMBER, .standard = standard_rate, .min = 0,        \
        .max = 1e6, .alias = "learning_rate", .line = "the learning rate"                          \
    }

#endif
