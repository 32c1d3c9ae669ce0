/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/pool.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    const unsigned axes = in->axes > 2 ? 2 : 1;
    size_t size[2];
    if (window_check_input(self, axes, in, e) || window_sizes(self, "size", axes, size, e))
        return -1;
    const size_t large[] = {axes == 1 ? 1 : in->size[0] * size[0], in->size[axes - 1] * size[1]};
    return window_shape(self, axes, large, shape_last(in), out, e);
}

static void find_sizes(const struct planner *p, id call, size_t size[2])
{
    const struct layer *l = planner_layer(p, call);
    struct err ignored;
    window_sizes(l->args, "size", l->in.axes - 1, size, &ignored);
}

static void forward(struct planner *p, id call)
{
    size_t size[2];
    find_sizes(p, call, size);
    upsample_forward(p, call, size);
}

static void backward(struct planner *p, id call)
{
    size_t size[2];
    find_sizes(p, call, size);
    upsample_backward(p, call, size);
}

static const struct arg_spec args[] = {
    ARG("size", POSITIONAL, ARG_SHAPE, .standard = "2",
        .line = "how many times as large each axis becomes: 2x2, or 2"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_upsample = {
    .entry = {.name = "upsample",
              .alias = "upsampling",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "every pixel or step several times side by side",
              .details = "Takes steps x channels, or height x width x channels: number i of an "
                         "axis that becomes n times as large stands at n i to n i + n - 1 (Keras "
                         "UpSampling1D and 2D, nearest).",
              .example = "data digits target=input\ninput 8x8x1\nconv2d 4 3x3 relu "
                         "padding=same\nmax_pool2d 2x2 as code\nupsample 2x2\nconv2d 1 3x3 sigmoid "
                         "padding=same\nflatten\nloss mse\nstep 2\n"},
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
