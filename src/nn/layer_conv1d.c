/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv.h"

static const struct conv_form form = {.axes = 1};

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
    CONV_FRONT_ARGS("steps that a filter sees at once"),
    STRIDES("1", "steps from one place to the next"),
    PADDING(steps_paddings, "what stands before the first step and behind the last"),
    DILATION,
    GROUPS,
    CONV_BACK_ARGS,
};

const struct layer_kind layer_conv1d = {
    .entry = {.name = "conv1d",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "filters that go along the steps of a sequence",
              .source = "LeCun et al. 1989; the form is Keras's",
              .details =
                  "Takes steps x channels. Place t of filter f is b[f] + the sum over i and c of "
                  "K[i][c][f] x[t * strides - before + i * dilation][c], then the activation; the "
                  "kernel is [size][channels / groups][filters], `before` is what padding puts "
                  "in front. With padding=valid there are (steps - size) / strides + 1 places, "
                  "with same or causal steps / strides." CONV_PENALTIES,
              .example = "data random 64 shape=20x3\ninput 20x3\nconv1d 8 3 relu padding=causal "
                         "activity=l1(1e-3) as c\nmax_pool1d 2\nflatten\ndense 1 sigmoid\n"
                         "train 2\npenalties\n"},
    .shape = shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
