/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other systems, and what they do to penalties. */
#ifndef NNR_TRAIN_EMULATE_H
#define NNR_TRAIN_EMULATE_H

#include "nn/policy.h"

struct emulation {
    struct entry entry;
    struct policy policy;
    /* Of a policy that refuses: the name of the error that the system raises, and for what. */
    const char *raises, *because;
};
/* The first row is `none`, the last one emulate_all, which stands for those between them. */
extern const struct table emulations;
extern const struct emulation emulate_all;

#endif
