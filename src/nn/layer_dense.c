/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"
#include "nn/op_activation.h"
#include "nn/op_product.h"
#include "nn/random.h"

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
                                .constraint = "kernel_constraint",
                                .decay = "kernel_decay"};
    w[1] = (struct weight_spec){.name = "bias",
                                .shape = shape_of(units),
                                .init = "bias_init",
                                .constraint = "bias_constraint",
                                .decay = "bias_decay"};
    return args_yes(self, "use_bias") ? 2 : 1;
}

static const char *bias_name(const struct planner *p, id call)
{
    return args_yes(planner_layer(p, call)->args, "use_bias") ? "bias" : NULL;
}

/* y (+)= x m / (1 - rate), m being the mask of the call's kernel in this step, which is the same in
 * every part of the batch. */
static void run_mask(const struct step *s, const struct frame *f)
{
    const double rate = noise_level(s);
    const uint64_t key = noise_key(s, f);
    const real *x = f->at[s->x[0]], kept = (real)(1 / (1 - rate));
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < s->cols; i++) {
        const real v = rng_uniform(key, i) < rate ? 0 : x[i] * kept;
        y[i] = s->add[0] ? y[i] + v : v;
    }
}

static const struct op_kind op_mask = {.name = "kernel_dropout", .run = run_mask};

/* Given as 0, it may be more by a rule. */
static bool drops_kernel(const struct planner *p, id call)
{
    return planner_mode(p) == MODE_TRAIN &&
           args_get(planner_layer(p, call)->args, "kernel_dropout")->given;
}

static struct step mask_step(struct planner *p, id call)
{
    return (struct step){.op = &op_mask,
                         .settings = noise_settings(p, call),
                         .cols = shape_count(planner_weight_shape(p, call, "kernel"))};
}

/* What a call keeps when its kernel is dropped from: the kernel that is left, and its gradient. */
enum { SAVED_KERNEL, SAVED_GRAD };

static void forward_dropped(struct planner *p, id call)
{
    struct step s = mask_step(p, call);
    s.x[0] = planner_weight(p, call, "kernel");
    s.y[0] = planner_save(p, call, 0, s.cols);
    planner_save(p, call, 0, s.cols);
    planner_emit(p, call, &s);
    planner_product_by(p, call, "kernel", s.y[0]);
}

static void backward_dropped(struct planner *p, id call)
{
    struct step s = mask_step(p, call);
    s.x[0] = planner_saved(p, call, SAVED_GRAD);
    planner_product_by_grad(p, call, "kernel", planner_saved(p, call, SAVED_KERNEL), s.x[0]);
    if (!planner_wants_weight_grad(p, call, "kernel"))
        return;
    s.y[0] = planner_weight_grad(p, call, "kernel", &s.add[0]);
    planner_emit(p, call, &s);
}

static void forward(struct planner *p, id call)
{
    if (drops_kernel(p, call))
        forward_dropped(p, call);
    else
        planner_product(p, call, "kernel");
    planner_bias_act(p, call, bias_name(p, call));
}

static void backward(struct planner *p, id call)
{
    planner_bias_act_grad(p, call, bias_name(p, call));
    if (drops_kernel(p, call))
        backward_dropped(p, call);
    else
        planner_product_grad(p, call, "kernel");
}

static const struct op_kind *const draws[] = {&op_mask, NULL};
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
    ARG("kernel_dropout", KEY, ARG_NUMBER, .standard = "0", .min = 0, .max = 0.999999,
        .line = "the share of the kernel's numbers that a training step leaves out (DropConnect)",
        .use = "As dropout, on single weights: for small dense layers, in which a unit left out "
               "would be missed (Wan et al. 2013)."),
    CONSTRAINT("kernel_constraint", "what the kernel is brought back to after each step"),
    CONSTRAINT("bias_constraint", "what the bias is brought back to after each step"),
    DECAY("kernel_decay", "the kernel"),
    DECAY("bias_decay", "the bias"),
    ACTIVATION_ARGS,
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
                  "bias, f the activation. With kernel_dropout=RATE a training step puts K m / "
                  "(1 - RATE) in the place of K, where m is 0 with probability RATE and else 1, "
                  "drawn anew for each number, call and step and the same for all samples of the "
                  "batch; in evaluation K is whole (DropConnect, Wan et al. 2013, in inverted "
                  "form). A penalty and a constraint on the kernel are on K itself.",
              .example = "data moons 200\ninput 2\ndense 16 relu activity=l1(1e-3) as hidden\n"
                         "dense 1 sigmoid\ntrain 2\npenalties\n"},
    .noise = "kernel_dropout",
    .draws = draws,
    .kernel = "kernel",
    .mask = MASK_PASSES,
    .shape = shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
