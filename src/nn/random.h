/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the layers that draw random numbers share. Private to nn. */
#ifndef NNR_NN_RANDOM_H
#define NNR_NN_RANDOM_H

#include "base/rng.h"
#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/planner.h"

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
/* Settings of a step that draws and needs nothing further: the amount that the layer's arguments
 * say. */
static inline const void *noise_settings(struct planner *p, id call)
{
    const struct layer *l = planner_layer(p, call);
    const double amount = args_number(l->args, l->kind->noise);
    return planner_settings(p, &amount, sizeof amount);
}
/* How much the step draws: the first of its settings. */
static inline double noise_level(const struct step *s)
{
    return *(const double *)s->settings;
}

#define NOISE_RATE(what)                                                                           \
    ARG("rate", POSITIONAL, ARG_NUMBER, .required = true, .min = 0, .max = 0.999999, .line = what)

#endif
