/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other systems, and what they do to penalties. */
#ifndef NNR_TRAIN_EMULATE_H
#define NNR_TRAIN_EMULATE_H

#include "nn/bend.h"
#include "nn/policy.h"

struct emulation {
    struct entry entry;
    struct policy policy;
    /* Of a policy that refuses: the name of the error that the system raises, and for what. */
    const char *raises, *because;
    /* Of another system: which penalties, constraints, layers and optimizers that regularize the
     * newest of its versions has, by our names; NULL: no other system. */
    const struct others *others;
    const char *why[WAYS]; /* what it does in each way that it has, with the source */
    unsigned unsure;       /* ways, as bits, of which it is not known what the system does there, */
    const char *unknown;   /* and why */
};
struct others {
    const char *penalties, *constraints, *layers, *optimizers;
};
/* The first row is `none`, the last one emulate_all, which stands for those between them. */
extern const struct table emulations;
extern const struct emulation emulate_all;
/* The systems alone. */
extern const struct table other_systems;
/* What the release of Keras does that says this of itself in a file: "2.2.4", or
 * "2" where only so much is known; NULL: nobody has looked at it.
 * `tensorflow`: it is tf.keras, or stands on it. */
const struct emulation *emulation_of_keras(bool tensorflow, const char *version);
/* The releases of which it is known, in words. */
extern const char emulations_known[];

/* Whether it is told of that table's rows which system has them. */
bool emulation_lists(const struct table *of);
/* Whether a system has the row of that name. */
bool emulation_has(const struct emulation *m, const struct table *of, const char *name);

#endif
