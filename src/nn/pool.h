/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pools share: one number a channel of all that a window sees. Private to nn. */
#ifndef NNR_NN_POOL_H
#define NNR_NN_POOL_H

#include "nn/windows.h"

/* Along how many axes, 0: the window is the whole image; and whether it takes the mean or the
 * largest. */
struct pool_form {
    unsigned axes;
    bool mean;
};

int pool_shape(const struct args *self, struct pool_form f, const struct shape *in,
               struct shape *out, struct err *e);
void pool_forward(struct planner *p, id call, struct pool_form f);
void pool_backward(struct planner *p, id call, struct pool_form f);
/* Each pixel of the input as size[0] x size[1] of the output. */
void upsample_forward(struct planner *p, id call, const size_t size[2]);
void upsample_backward(struct planner *p, id call, const size_t size[2]);

#define POOL_ARGS(size_line)                                                                       \
    ARG("size", POSITIONAL, ARG_SHAPE, .standard = "2", .alias = "pool_size", .line = size_line),  \
        STRIDES(NULL, "from one place to the next; as the size, if it is not given"),              \
        PADDING(image_paddings, "what stands around; it is neither the largest nor counted"),      \
        ACTIVITY_SLOT, CALL_CLAUSES

/* The functions of a kind. */
#define POOL_FUNCTIONS(...)                                                                        \
    static const struct pool_form form = {__VA_ARGS__};                                            \
    static int shape(const struct args *self, const struct shape *in, struct shape *out,           \
                     struct err *e)                                                                \
    {                                                                                              \
        return pool_shape(self, form, in, out, e);                                                 \
    }                                                                                              \
    static void forward(struct planner *p, id call)                                                \
    {                                                                                              \
        pool_forward(p, call, form);                                                               \
    }                                                                                              \
    static void backward(struct planner *p, id call)                                               \
    {                                                                                              \
        pool_backward(p, call, form);                                                              \
    }

#endif
