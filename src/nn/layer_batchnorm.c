/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/norm.h"
#include "nn/plan.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)self;
    (void)e;
    *out = *in;
    return 0;
}

static size_t weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    const struct shape columns = shape_of(shape_last(in));
    size_t n = 0;
    if (args_yes(self, "scale"))
        w[n++] = (struct weight_spec){"gamma", columns, "gamma_init", "gamma_constraint"};
    if (args_yes(self, "center"))
        w[n++] = (struct weight_spec){"beta", columns, "beta_init", "beta_constraint"};
    w[n++] = (struct weight_spec){"moving_mean", columns, "moving_mean_init", NULL};
    w[n++] = (struct weight_spec){"moving_variance", columns, "moving_variance_init", NULL};
    return n;
}

static void forward(struct planner *p, id call)
{
    const struct args *self = planner_layer(p, call)->args;
    planner_batchnorm(p, call, args_number(self, "momentum"), args_number(self, "epsilon"));
}

static void backward(struct planner *p, id call)
{
    planner_batchnorm_slopes(p, call, args_number(planner_layer(p, call)->args, "epsilon"));
}

static const struct arg_spec args[] = {
    {.name = "momentum",
     .form = KEY,
     .type = ARG_NUMBER,
     .standard = "0.99",
     .min = 0,
     .max = 1,
     .line = "how much of the moving statistics a step keeps"},
    NORM_ARGS,
    INIT("moving_mean_init", "moving_mean_initializer", "zeros", "how the moving mean starts"),
    INIT("moving_variance_init", "moving_variance_initializer", "ones",
         "how the moving variance starts"),
    {.name = "trainable",
     .form = KEY,
     .type = ARG_BOOL,
     .standard = "yes",
     .line = "no: gamma, beta and the moving statistics stay, and the latter normalise in "
             "training too"},
    CALL_CLAUSES,
};

const struct layer_kind layer_batchnorm = {
    .entry = {.name = "batchnorm",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "normalises each column over the batch",
              .details =
                  "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each place of the "
                  "last axis over all others, the samples included (Ioffe and Szegedy 2015). In "
                  "training mean and variance (the biased one) are the batch's, and each call of "
                  "a step moves moving_mean and moving_variance: m = momentum m + (1 - momentum) "
                  "batch. Evaluation, penalties and pictures use the moving ones; so does "
                  "training with trainable=no. They can be printed and do not train. Defaults "
                  "are Keras's.",
              .example = "data moons 200\ninput 2\ndense 16\nbatchnorm momentum=0.9 as norm\n"
                         "activation relu\ndense 1 sigmoid\ntrain 2\nprint norm.moving_mean\n"},
    .shape = shape,
    .weights = weights,
    .moving = 2,
    .forward = forward,
    .backward = backward,
};
