/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/norm.h"

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
        w[n++] = (struct weight_spec){.name = "gamma",
                                      .shape = columns,
                                      .init = "gamma_init",
                                      .constraint = "gamma_constraint",
                                      .decay = "gamma_decay"};
    if (args_yes(self, "center"))
        w[n++] = (struct weight_spec){.name = "beta",
                                      .shape = columns,
                                      .init = "beta_init",
                                      .constraint = "beta_constraint",
                                      .decay = "beta_decay"};
    return n;
}

static void run_norm(const struct step *s, const struct frame *f)
{
    const struct norm n = norm_of(s, f);
    kernels()->row_norm(&n, f->at[s->y[1]], f->at[s->y[0]]);
}

static void run_norm_grad(const struct step *s, const struct frame *f)
{
    const struct norm_slopes n = norm_grad_of(s, f);
    kernels()->row_norm_slopes(&n);
}

static const struct op_kind op_norm = {.name = "layernorm", .run = run_norm};
static const struct op_kind op_norm_grad = {.name = "layernorm_grad", .run = run_norm_grad};

static struct norm_settings norm_settings_of(const struct planner *p, id call)
{
    return (struct norm_settings){.epsilon = args_number(planner_layer(p, call)->args, "epsilon")};
}

static void forward(struct planner *p, id call)
{
    struct step s = norm_step(p, call, &op_norm, norm_settings_of(p, call));
    s.y[1] = planner_save(p, call, 2 * s.rows, 0);
    planner_emit(p, call, &s);
}

static void backward(struct planner *p, id call)
{
    struct step s = norm_grad_step(p, call, &op_norm_grad, norm_settings_of(p, call));
    s.x[NORM_MOMENTS] = planner_saved(p, call, 0);
    planner_emit(p, call, &s);
}

static const struct arg_spec args[] = {
    NORM_ARGS,
    TRAINABLE("no: gamma and beta stay as they are; their penalties still count"),
    CALL_CLAUSES,
};

const struct layer_kind layer_layernorm = {
    .entry = {.name = "layernorm",
              .alias = "layer_normalization",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "normalises each sample along the last axis",
              .details = "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with mean and "
                         "biased variance of each row along the last axis, in training and "
                         "evaluation alike (Ba, Kiros and Hinton 2016). Defaults are Keras's.",
              .example = "data moons 200\ninput 2\ndense 16\nlayernorm gamma=l2(1e-3)\n"
                         "activation relu\ndense 1 sigmoid\ntrain 2\npenalties\n"},
    .mask = MASK_PASSES,
    .shape = shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
