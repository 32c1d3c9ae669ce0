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
    w[n++] = (struct weight_spec){
        .name = "moving_mean", .shape = columns, .init = "moving_mean_init", .moving = true};
    w[n++] = (struct weight_spec){.name = "moving_variance",
                                  .shape = columns,
                                  .init = "moving_variance_init",
                                  .moving = true};
    return n;
}

static void run_moments(const struct step *s, const struct frame *f)
{
    kernels()->column_moments(frame_rows(f, s), s->cols, f->at[s->x[0]], f->at[s->y[0]]);
}

static void run_norm(const struct step *s, const struct frame *f)
{
    const struct norm n = norm_of(s, f);
    kernels()->column_norm(&n, f->at[s->x[NORM_MOMENTS]], f->at[s->y[0]]);
}

static void run_norm_grad(const struct step *s, const struct frame *f)
{
    const struct norm_slopes n = norm_grad_of(s, f);
    kernels()->column_norm_slopes(&n);
}

static const struct op_kind op_moments = {
    .name = "batch_moments", .run = run_moments, .couples_samples = true};
static const struct op_kind op_norm = {.name = "batchnorm", .run = run_norm};
static const struct op_kind op_norm_grad = {.name = "batchnorm_grad", .run = run_norm_grad};

/* Whether the batch's moments normalise: frozen, a layer keeps to the moving ones. */
static bool takes_batch(const struct planner *p, id call)
{
    return planner_mode(p) == MODE_TRAIN && planner_layer(p, call)->trainable;
}

/* The mean and, behind it, the variance. moving_variance is listed right after moving_mean, so that
 * the two stand in the weight block as they do here. */
static uint32_t moments_of(struct planner *p, id call)
{
    return takes_batch(p, call) ? planner_saved(p, call, 0)
                                : planner_weight(p, call, "moving_mean");
}

static void emit_moments(struct planner *p, id call, double momentum)
{
    const struct shape *out = planner_shape(p, call);
    const size_t cols = shape_last(out);
    struct step s = {.op = &op_moments, .rows = shape_count(out) / cols, .cols = cols};
    s.x[0] = planner_input(p, call, 0);
    s.y[0] = planner_save(p, call, 0, 2 * cols);
    planner_emit(p, call, &s);
    planner_follow(p, call, "moving_mean", s.y[0], 0, momentum);
    planner_follow(p, call, "moving_variance", s.y[0], cols, momentum);
}

static void forward(struct planner *p, id call)
{
    const struct args *self = planner_layer(p, call)->args;
    if (takes_batch(p, call))
        emit_moments(p, call, args_number(self, "momentum"));
    struct step s = norm_step(p, call, &op_norm,
                              (struct norm_settings){.epsilon = args_number(self, "epsilon")});
    s.x[NORM_MOMENTS] = moments_of(p, call);
    planner_emit(p, call, &s);
}

static void backward(struct planner *p, id call)
{
    const struct norm_settings n = {
        .epsilon = args_number(planner_layer(p, call)->args, "epsilon"),
        .fixed = !takes_batch(p, call),
    };
    struct step s = norm_grad_step(p, call, &op_norm_grad, n);
    s.x[NORM_MOMENTS] = moments_of(p, call);
    planner_emit(p, call, &s);
}

static const struct arg_spec args[] = {
    ARG("momentum", KEY, ARG_NUMBER, .standard = "0.99", .min = 0, .max = 1,
        .line = "how much of the moving statistics a step keeps"),
    NORM_ARGS,
    INIT("moving_mean_init", "moving_mean_initializer", "zeros", "how the moving mean starts"),
    INIT("moving_variance_init", "moving_variance_initializer", "ones",
         "how the moving variance starts"),
    TRAINABLE("no: gamma, beta and the moving statistics stay, and the latter normalise in "
              "training too"),
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
    .forward = forward,
    .backward = backward,
};
