/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"
#include "nn/op_activation.h"
#include "nn/op_product.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)e;
    *out = *in;
    out->size[in->axes - 1] = (uint32_t)args_whole(self, "units");
    return 0;
}

static size_t weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    const uint32_t units = (uint32_t)args_whole(self, "units");
    w[0] = (struct weight_spec){.name = "kernel",
                                .shape = {.axes = 2, .size = {shape_last(in), units}},
                                .init = "kernel_init",
                                .constraint = "kernel_constraint"};
    w[1] = (struct weight_spec){.name = "bias",
                                .shape = shape_of(units),
                                .init = "bias_init",
                                .constraint = "bias_constraint"};
    return args_yes(self, "use_bias") ? 2 : 1;
}

static const char *bias_name(const struct planner *p, id call)
{
    return args_yes(planner_layer(p, call)->args, "use_bias") ? "bias" : NULL;
}

static void forward(struct planner *p, id call)
{
    planner_product(p, call, "kernel");
    planner_bias_act(p, call, bias_name(p, call));
}

static void backward(struct planner *p, id call)
{
    planner_bias_act_grad(p, call, bias_name(p, call));
    planner_product_grad(p, call, "kernel");
}

static const struct arg_spec args[] = {
    ARG("units", POSITIONAL, ARG_WHOLE, .required = true, .min = 1, .max = 1e6, .line = "outputs"),
    ARG("activation", POSITIONAL, ARG_CALL, .of = &activation_kinds, .standard = "linear",
        .line = "the function applied to the output", .meaning = MEANS_OUTPUT_ACTIVATION),
    SLOT("kernel", "kernel_regularizer",
         "a penalty on the kernel, once however often it is called"),
    SLOT("bias", "bias_regularizer", "a penalty on the bias"),
    ACTIVITY_SLOT,
    ARG("use_bias", KEY, ARG_BOOL, .standard = "yes", .line = "whether a bias is added"),
    ARG("kernel_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "glorot_uniform",
        .alias = "kernel_initializer", .line = "how the kernel starts"),
    ARG("bias_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "zeros",
        .alias = "bias_initializer", .line = "how the bias starts"),
    CONSTRAINT("kernel_constraint", "what the kernel is brought back to after each step"),
    CONSTRAINT("bias_constraint", "what the bias is brought back to after each step"),
    TRAINABLE("no: the weights stay as they are; their penalties still count"),
    CALL_CLAUSES,
};

const struct layer_kind layer_dense = {
    .entry = {.name = "dense",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "a fully connected layer",
              .details =
                  "y = f(x K + b) along the last axis: K is the kernel, [inputs][units], b the "
                  "bias, f the activation.",
              .example = "data moons 200\ninput 2\ndense 16 relu activity=l1(1e-3) as hidden\n"
                         "dense 1 sigmoid\ntrain 2\npenalties\n"},
    .shape = shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
