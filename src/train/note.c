/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/note.h"

#include <math.h>

bool note_is_better(enum noted which, double x, double best)
{
    if (isnan(x) || isnan(best))
        return !isnan(x);
    return which == NOTED_VAL_ACCURACY ? x > best : x < best;
}

void note_add(struct note *n, enum noted which, uint64_t epoch, double x)
{
    if (!n->epoch) {
        n->best = NAN;
        n->best_epoch = epoch - 1;
    }
    n->newest = x;
    n->epoch = epoch;
    if (note_is_better(which, x, n->best)) {
        n->best = x;
        n->best_epoch = epoch;
    }
}

uint64_t note_stalled(const struct note *n)
{
    return n->epoch - n->best_epoch;
}
