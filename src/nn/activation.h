/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activation functions: the table of them, and the number a bound one works with. */
#ifndef NNR_NN_ACTIVATION_H
#define NNR_NN_ACTIVATION_H

#include "base/entry.h"
#include "num/kernels.h"

struct activation_kind {
    struct entry entry;
    enum activation code;
};
extern const struct table activation_kinds;

struct activation_use {
    enum activation code;
    double parameter; /* leaky_relu's slope, elu's alpha */
};
/* NULL is linear. */
struct activation_use activation_use(const struct args *a);

#endif
