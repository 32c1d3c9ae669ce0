/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv.h"

static const struct conv_form form = {.axes = 2};

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
    CONV_FRONT_ARGS("pixels that a filter sees at once: 3x3, or 3"),
    STRIDES("1", "pixels from one place to the next: 2x2, or 2"),
    PADDING(image_paddings, "what stands around the image"),
    DILATION,
    GROUPS,
    CONV_BACK_ARGS,
};

const struct layer_kind layer_conv2d = {
    .entry = {.name = "conv2d",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "filters that go over an image",
              .source = "LeCun et al. 1989; the form is Keras's",
              .details =
                  "Takes height x width x channels. Pixel y, x of filter f is b[f] + the sum over "
                  "i, j and c of K[i][j][c][f] times channel c of pixel y * strides - top + i * "
                  "dilation, x * strides - left + j * dilation, then the activation; the kernel is "
                  "[height][width][channels / groups][filters], top and left are what padding "
                  "puts around. groups=N splits channels and filters into N parts, each filter "
                  "sees the channels of its own." CONV_PENALTIES,
              .example = "data digits\ninput 8x8x1\nconv2d 8 3x3 relu kernel=l2(1e-3) "
                         "activity=l1(1e-3) as c\nmax_pool2d 2x2\nflatten\ndense 10 softmax\n"
                         "step 2\npenalties\n"},
    .shape = shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
