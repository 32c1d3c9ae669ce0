/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"
#include "nn/plan.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)self;
    (void)e;
    *out = *in;
    return 0;
}

static double amount(const struct planner *p, id call)
{
    return args_number(planner_layer(p, call)->args, "stddev");
}

static void forward(struct planner *p, id call)
{
    planner_noise(p, call, amount(p, call));
}

static void backward(struct planner *p, id call)
{
    planner_copy_slope(p, call);
}

static const struct arg_spec args[] = {
    {.name = "stddev",
     .form = POSITIONAL,
     .type = ARG_NUMBER,
     .required = true,
     .min = 0,
     .max = 1e30,
     .line = "the standard deviation"},
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_gaussian_noise = {
    .entry = {.name = "gaussian_noise",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "adds normal noise while training",
              .details =
                  "y = x + e, where e is normal with mean 0 and deviation stddev, drawn anew for "
                  "each number and step; in evaluation y = x (Keras GaussianNoise).",
              .example = "data moons 200\ninput 2\ndense 16 relu\ngaussian_noise 0.1\ndense 1 "
                         "sigmoid\ntrain 2\n"},
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
