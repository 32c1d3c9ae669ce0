/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the layers that draw random numbers share. Private to nn. */
#ifndef NNR_NN_RANDOM_H
#define NNR_NN_RANDOM_H

#include "base/rng.h"
#include "nn/frame.h"

/* The stream of a call's numbers in the step that runs; that of the first number of this part of
 * the batch. */
static inline uint64_t noise_key(const struct step *s, const struct frame *f)
{
    return rng_key(f->seed, "noise", f->plan->graph->call[s->call].name, f->step);
}
static inline uint64_t noise_first(const struct step *s, const struct frame *f)
{
    return f->first * s->rows * s->cols;
}

#endif
