/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the layers that join several tensors share. */
#ifndef NNR_NN_MERGE_H
#define NNR_NN_MERGE_H

#include "nn/layer.h"
#include "nn/planner.h"

/* `merge` of a kind that joins equal shapes element by element. */
enum merged merge_equal(const struct args *self, const struct shape *in, uint32_t n,
                        struct shape *out, uint32_t *odd, struct err *e);

/* The steps of such a kind. Its op reads the call's inputs as `more`; its gradient's reads dy as x0
 * and is run for each input by itself, whose number merge_input says. */
void merge_forward(struct planner *p, id call, const struct op_kind *op);
void merge_backward(struct planner *p, id call, const struct op_kind *op);
uint32_t merge_input(const struct step *s);
/* y0 = the sum of all inputs. */
void merge_sum(const struct step *s, const struct frame *f);

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
