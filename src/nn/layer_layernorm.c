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
    return n;
}

static double epsilon(const struct planner *p, id call)
{
    return args_number(planner_layer(p, call)->args, "epsilon");
}

static void forward(struct planner *p, id call)
{
    planner_layernorm(p, call, epsilon(p, call));
}

static void backward(struct planner *p, id call)
{
    planner_layernorm_slopes(p, call, epsilon(p, call));
}

static const struct arg_spec args[] = {
    NORM_ARGS,
    {.name = "trainable",
     .form = KEY,
     .type = ARG_BOOL,
     .standard = "yes",
     .line = "no: gamma and beta stay as they are; their penalties still count"},
    CALL_CLAUSES,
};

const struct layer_kind layer_layernorm = {
    .entry = {.name = "layernorm",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "normalises each sample along the last axis",
              .details = "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and "
                         "biased variance of each row along the last axis, in training and "
                         "evaluation alike (Ba, Kiros and Hinton 2016). Defaults are Keras's.",
              .example = "data moons 200\ninput 2\ndense 16\nlayernorm gamma=l2(1e-3)\n"
                         "activation relu\ndense 1 sigmoid\ntrain 2\npenalties\n"},
    .shape = shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
