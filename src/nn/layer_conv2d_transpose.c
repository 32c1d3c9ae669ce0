/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv.h"

static const struct conv_form form = {.axes = 2, .transposed = true};

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    return conv_shape(self, form, in, out, e);
}

static size_t weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    return conv_weights(self, form, in, w);
}

static void forward(struct planner *p, id call)
{
    conv_forward(p, call, form);
}

static void backward(struct planner *p, id call)
{
    conv_backward(p, call, form);
}

static const struct arg_spec args[] = {
    CONV_FRONT_ARGS("pixels that one pixel is spread over: 3x3, or 3"),
    STRIDES("1", "how many times as large the image becomes: 2x2, or 2"),
    PADDING(image_paddings, "same: the size is that of the input times strides; valid: all of "
                            "what the kernel reaches"),
    DILATION,
    CONV_BACK_ARGS,
};

const struct layer_kind layer_conv2d_transpose = {
    .entry = {.name = "conv2d_transpose",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "a convolution the other way round: each pixel is spread over several",
              .source = "Zeiler et al. 2010; the form is Keras's",
              .details =
                  "Takes height x width x channels, as conv2d. It is the gradient of a conv2d by "
                  "its input: K[i][j][f][c] times channel c of pixel y, x is added to filter f of "
                  "pixel y * strides - top + i, x * strides - left + j, then the bias and the "
                  "activation. The kernel is [height][width][filters][channels]: its filters are "
                  "the last axis but one, so group_lasso(by=input) is what takes filters to 0. An "
                  "image of 7x7 with strides=2 padding=same becomes 14x14.",
              .example = "data digits target=input\ninput 8x8x1\nconv2d 4 3x3 relu strides=2 "
                         "padding=same as code\nconv2d_transpose 1 3x3 sigmoid strides=2 "
                         "padding=same\nflatten\nloss mse\nstep 2\npenalties\n"},
    .shape = shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
