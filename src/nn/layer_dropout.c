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
    return args_number(planner_layer(p, call)->args, "rate");
}

static void forward(struct planner *p, id call)
{
    planner_dropout(p, call, amount(p, call));
}

static void backward(struct planner *p, id call)
{
    planner_dropout_slope(p, call, amount(p, call));
}

static const struct arg_spec args[] = {
    {.name = "rate",
     .form = POSITIONAL,
     .type = ARG_NUMBER,
     .required = true,
     .min = 0,
     .max = 0.999999,
     .line = "the share of the numbers that become 0"},
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_dropout = {
    .entry =
        {.name = "dropout",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "sets a random share of the numbers to 0 while training",
         .details = "y = x m / (1 - rate), where m is 0 with probability rate and else 1, drawn "
                    "anew for each number and step; in evaluation y = x (Srivastava et al. 2014, "
                    "in Keras's inverted form).",
         .example =
             "data moons 200\ninput 2\ndense 16 relu\ndropout 0.3\ndense 1 sigmoid\ntrain 2\n"},
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
