/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The decoupled decay of the optimizers that have one; see struct opt_kind. */
#ifndef NNR_TRAIN_OPT_DECAY_H
#define NNR_TRAIN_OPT_DECAY_H

#include "train/opt.h"

#define WEIGHT_DECAY(standard_share)                                                               \
    ARG("weight_decay", KEY, ARG_NUMBER, .standard = standard_share, .max = 1e6,                   \
        .line = "the share of a weight, times lr, that a step takes",                              \
        .use = "For weights that shrink alike whatever their gradients are: what divides a "       \
               "gradient by its size (adam, rmsprop) divides the slope of l2 too.")

/* What help says of it. */
#define DECAY_DETAILS                                                                              \
    "The decay is no penalty: it adds nothing to the loss, is not clipped and does not enter "     \
    "what "                                                                                        \
    "the optimizer keeps. It acts on all weights that may move, biases included, as Keras does "   \
    "unless told otherwise. weight_decay times lr may be 1 at most."

static inline double opt_weight_decay(const struct args *self)
{
    return args_number(self, "weight_decay") * args_number(self, "lr");
}

#endif
