/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"
#include "nn/op_activation.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)self;
    (void)e;
    *out = *in;
    return 0;
}

static void forward(struct planner *p, id call)
{
    planner_map(p, call, &op_copy, NULL);
    planner_bias_act(p, call, NULL);
}

static void backward(struct planner *p, id call)
{
    planner_bias_act_grad(p, call, NULL);
    planner_map_grad(p, call, &op_copy, NULL);
}

static const struct arg_spec args[] = {
    ARG("activation", POSITIONAL, ARG_CALL, .of = &activation_kinds, .required = true,
        .line = "the function", .meaning = MEANS_OUTPUT_ACTIVATION),
    ACTIVITY_SLOT,
    ACTIVATION_ARGS,
    TRAINABLE("no: weights that the function has stay as they are; their penalties still count"),
    CALL_CLAUSES,
};

const struct layer_kind layer_activation = {
    .entry = {.name = "activation",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "an activation function as a layer of its own",
              .details =
                  "With it a penalty can sit before the function (on the layer below) or after "
                  "it (here).",
              .example = "data moons 200\ninput 2\ndense 16 activity=l2(1e-3) as pre\n"
                         "activation sigmoid as squash\ndense 1 sigmoid\ntrain 2\npenalties\n"},
    .mask = MASK_PASSES,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
