/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What batchnorm and layernorm share. Private to nn. */
#ifndef NNR_NN_NORM_H
#define NNR_NN_NORM_H

#include "nn/layer.h"
#include "nn/planner.h"
#include "num/kernels.h"

/* How a weight starts. */
#define INIT(argument, long_name, usual, what)                                                     \
    {                                                                                              \
        .name = argument, .form = KEY, .type = ARG_CALL, .of = &init_kinds, .standard = usual,     \
        .alias = long_name, .line = what                                                           \
    }
/* What both normalisations take. */
#define NORM_ARGS                                                                                  \
    {.name = "epsilon",                                                                            \
     .form = KEY,                                                                                  \
     .type = ARG_NUMBER,                                                                           \
     .standard = "1e-3",                                                                           \
     .min = 0,                                                                                     \
     .max = 1e6,                                                                                   \
     .above = true,                                                                                \
     .line = "is added to the variance"},                                                          \
        {.name = "center",                                                                         \
         .form = KEY,                                                                              \
         .type = ARG_BOOL,                                                                         \
         .standard = "yes",                                                                        \
         .line = "whether beta is added"},                                                         \
        {.name = "scale",                                                                          \
         .form = KEY,                                                                              \
         .type = ARG_BOOL,                                                                         \
         .standard = "yes",                                                                        \
         .line = "whether it is multiplied by gamma"},                                             \
        SLOT("gamma", "gamma_regularizer", "a penalty on gamma"),                                  \
        SLOT("beta", "beta_regularizer", "a penalty on beta"), ACTIVITY_SLOT,                      \
        INIT("gamma_init", "gamma_initializer", "ones", "how gamma starts"),                       \
        INIT("beta_init", "beta_initializer", "zeros", "how beta starts"),                         \
        CONSTRAINT("gamma_constraint", "what gamma is brought back to after each step"),           \
        CONSTRAINT("beta_constraint", "what beta is brought back to after each step"),             \
        DECAY("gamma_decay", "gamma"), DECAY("beta_decay", "beta")

/* Of the steps of both: y = x normalised with the moments. They may lack gamma or beta. Forward x
 * is the input, gamma, beta; backward the input, gamma, dy; the moments are the layer's to place.
 */
struct norm_settings {
    double epsilon;
    bool fixed;    /* backward: the moments do not follow the input */
    size_t places; /* backward under a mask: the rows of a step */
};
struct step norm_step(struct planner *p, id call, const struct op_kind *op, struct norm_settings n);
struct step norm_grad_step(struct planner *p, id call, const struct op_kind *op,
                           struct norm_settings n);
enum { NORM_MOMENTS = 3 }; /* the operand that is left for them, where they are read */
/* What their kernels take. */
struct norm norm_of(const struct step *s, const struct frame *f);
struct norm_slopes norm_grad_of(const struct step *s, const struct frame *f);

#endif
