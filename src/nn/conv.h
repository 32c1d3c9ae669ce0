/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What convolutions share. Private to nn. */
#ifndef NNR_NN_CONV_H
#define NNR_NN_CONV_H

#include "nn/op_window.h"

/* Along how many axes; and whether it is transposed: what comes out is the image then. */
struct conv_form {
    unsigned axes;
    bool transposed;
};

int conv_shape(const struct args *self, struct conv_form c, const struct shape *in,
               struct shape *out, struct err *e);
size_t conv_weights(const struct args *self, struct conv_form c, const struct shape *in,
                    struct weight_spec *w);
void conv_forward(struct planner *p, id call, struct conv_form c);
void conv_backward(struct planner *p, id call, struct conv_form c);

/* The arguments of a kind, up to what differs. */
#define CONV_FRONT_ARGS(size_line)                                                                 \
    ARG("filters", POSITIONAL, ARG_WHOLE, .required = true, .min = 1, .max = 1e6,                  \
        .line = "channels that come out"),                                                         \
        ARG("size", POSITIONAL, ARG_SHAPE, .required = true, .alias = "kernel_size",               \
            .line = size_line),                                                                    \
        ARG("activation", POSITIONAL, ARG_CALL, .of = &activation_kinds, .standard = "linear",     \
            .line = "the function applied to the output", .meaning = MEANS_OUTPUT_ACTIVATION),     \
        SLOT("kernel", "kernel_regularizer",                                                       \
             "a penalty on the kernel, once however often it is called"),                          \
        SLOT("bias", "bias_regularizer", "a penalty on the bias"), ACTIVITY_SLOT
#define CONV_BACK_ARGS                                                                             \
    ARG("use_bias", KEY, ARG_BOOL, .standard = "yes", .line = "whether a bias is added"),          \
        ARG("kernel_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "glorot_uniform",         \
            .alias = "kernel_initializer", .line = "how the kernel starts"),                       \
        ARG("bias_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "zeros",                    \
            .alias = "bias_initializer", .line = "how the bias starts"),                           \
        CONSTRAINT("kernel_constraint", "what the kernel is brought back to after each step"),     \
        CONSTRAINT("bias_constraint", "what the bias is brought back to after each step"),         \
        DECAY("kernel_decay", "the kernel"), DECAY("bias_decay", "the bias"), ACTIVATION_ARGS,     \
        TRAINABLE("no: the weights stay as they are; their penalties still count"), CALL_CLAUSES
#define DILATION                                                                                   \
    ARG("dilation", KEY, ARG_SHAPE, .standard = "1", .alias = "dilation_rate",                     \
        .line = "from one tap of the window to the next; with strides of 1 alone")
#define GROUPS                                                                                     \
    ARG("groups", KEY, ARG_WHOLE, .standard = "1", .min = 1, .max = 1e6,                           \
        .line = "how many parts the channels are split into, each with filters of its own")

/* Of a kernel of more than two axes. */
#define CONV_PENALTIES                                                                             \
    "\n\nPenalties on the kernel that go by columns (orthogonal, soft_orthogonal, spectral, "      \
    "decov) take it as a matrix whose columns are its last axis, [size * inputs][filters]; "       \
    "group_lasso(by=unit) takes whole filters to 0, by=input all weights out of a channel. "       \
    "Norms of constraints go along axes that are named: max_norm(2, 0, 1, 2) in two dimensions "   \
    "is one norm for each filter, where Keras's default, axis 0, is a norm down each column of "   \
    "the window."

#endif
