/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the layers that join several tensors share. */
#ifndef NNR_NN_MERGE_H
#define NNR_NN_MERGE_H

#include "nn/layer.h"
#include "nn/plan.h"

/* `merge` of a kind that joins equal shapes element by element. */
enum merged merge_equal(const struct args *self, const struct shape *in, uint32_t n,
                        struct shape *out, uint32_t *odd, struct err *e);

/* The arguments of such a layer. */
#define MERGE_ARGS                                                                                 \
    ACTIVITY_SLOT,                                                                                 \
        {.name = "on",                                                                             \
         .form = CLAUSE,                                                                           \
         .type = ARG_NAMES,                                                                        \
         .required = true,                                                                         \
         .line = "the tensors, two or more",                                                       \
         .naming = NAMING_TENSORS},                                                                \
    {                                                                                              \
        .name = "as", .form = CLAUSE, .type = ARG_NAME,                                            \
        .line = "names the layer and its first call"                                               \
    }

#endif
