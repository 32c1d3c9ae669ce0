/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/norm.h"

#include <math.h>
#include <string.h>

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

/* How many rows a step has, and the mask says of steps whether they are there. */
struct rows_seen {
    const real *mask;
    size_t rows, places, count;
};

static struct rows_seen rows_seen(const struct step *s, const struct frame *f, uint32_t mask,
                                  size_t places)
{
    struct rows_seen r = {.mask = f->at[mask], .rows = frame_rows(f, s), .places = places};
    for (size_t i = 0; i < r.rows; i++)
        r.count += r.mask[i / places] != 0;
    return r;
}

/* Moments over the rows that are there; without any those stay that the layer has. */
static void run_masked_moments(const struct step *s, const struct frame *f)
{
    const struct rows_seen r = rows_seen(s, f, s->x[1], *(const size_t *)s->settings);
    const real *x = f->at[s->x[0]];
    real *moments = f->at[s->y[0]];
    if (!r.count)
        memcpy(moments, f->at[s->x[2]], 2 * s->cols * sizeof *moments);
    for (size_t j = 0; j < s->cols && r.count; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < r.rows; i++)
            sum += r.mask[i / r.places] != 0 ? (double)x[i * s->cols + j] : 0;
        const double mean = sum / (double)r.count;
        for (size_t i = 0; i < r.rows; i++) {
            const double d = (double)x[i * s->cols + j] - mean;
            squares += r.mask[i / r.places] != 0 ? d * d : 0;
        }
        moments[j] = (real)mean;
        moments[s->cols + j] = (real)(squares / (double)r.count);
    }
}

/* Every row is normalised, and those that are there made the moments: only they get what comes
 * through these. */
static void masked_column_slopes(const struct norm_slopes *n, const struct rows_seen *r, size_t j)
{
    const size_t cols = n->of.cols;
    const double mean = (double)n->moments[j];
    const double by = 1 / sqrt((double)n->moments[cols + j] + n->of.epsilon);
    const double factor = n->of.gamma ? (double)n->of.gamma[j] * by : by;
    const double share = r->count ? factor / (double)r->count : 0;
    double one = 0, two = 0;
    for (size_t i = j; i < r->rows * cols; i += cols) {
        one += (double)n->dy[i];
        two += (double)n->dy[i] * ((double)n->of.x[i] - mean);
    }
    if (n->dgamma)
        n->dgamma[j] = (real)(two * by) + (n->add_gamma ? n->dgamma[j] : 0);
    if (n->dbeta)
        n->dbeta[j] = (real)one + (n->add_beta ? n->dbeta[j] : 0);
    for (size_t i = 0; n->dx && i < r->rows; i++) {
        const size_t at = i * cols + j;
        const double through = one + by * by * two * ((double)n->of.x[at] - mean);
        const double d =
            factor * (double)n->dy[at] - (r->mask[i / r->places] != 0 ? share * through : 0);
        n->dx[at] = (real)d + (n->add_x ? n->dx[at] : 0);
    }
}

enum { NORM_MASK = NORM_MOMENTS + 1 };

static void run_masked_norm_grad(const struct step *s, const struct frame *f)
{
    const struct norm_slopes n = norm_grad_of(s, f);
    const struct rows_seen r =
        rows_seen(s, f, s->x[NORM_MASK], ((const struct norm_settings *)s->settings)->places);
    for (size_t j = 0; j < s->cols; j++)
        masked_column_slopes(&n, &r, j);
}

static const struct op_kind op_masked_moments = {
    .name = "masked_moments", .run = run_masked_moments, .couples_samples = true};
static const struct op_kind op_masked_norm_grad = {.name = "masked_batchnorm_grad",
                                                   .run = run_masked_norm_grad};
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

/* Rows of one step, of a sample that has them. */
static size_t places_of(const struct planner *p, id call)
{
    const struct shape *out = planner_shape(p, call);
    return shape_count(out) / (shape_last(out) * out->size[0]);
}

static void emit_moments(struct planner *p, id call, double momentum)
{
    const struct shape *out = planner_shape(p, call);
    const size_t cols = shape_last(out);
    struct step s = {.op = &op_moments, .rows = shape_count(out) / cols, .cols = cols};
    s.x[0] = planner_input(p, call, 0);
    s.y[0] = planner_save(p, call, 0, 2 * cols);
    if ((s.x[1] = planner_output_mask(p, call)) != NO_OPERAND) {
        const size_t places = places_of(p, call);
        s.op = &op_masked_moments;
        s.settings = planner_settings(p, &places, sizeof places);
        s.x[2] = planner_weight(p, call, "moving_mean");
    }
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
        .places = places_of(p, call),
    };
    const uint32_t mask = n.fixed ? (uint32_t)NO_OPERAND : planner_output_mask(p, call);
    struct step s =
        norm_grad_step(p, call, mask != NO_OPERAND ? &op_masked_norm_grad : &op_norm_grad, n);
    s.x[NORM_MOMENTS] = moments_of(p, call);
    s.x[NORM_MASK] = mask;
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
              .alias = "batch_normalization",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "normalises each column over the batch",
              .details =
                  "y = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each place of the "
                  "last axis over all others, the samples included (Ioffe and Szegedy 2015). In "
                  "training mean and variance (the biased one) are the batch's, and each call of "
                  "a step moves moving_mean and moving_variance: m = momentum m + (1 - momentum) "
                  "batch; steps that a mask leaves out are normalised and move none of these. "
                  "Evaluation, penalties and pictures use the moving ones; so does "
                  "training with trainable=no. They can be printed and do not train. Defaults "
                  "are Keras's.",
              .example = "data moons 200\ninput 2\ndense 16\nbatchnorm momentum=0.9 as norm\n"
                         "activation relu\ndense 1 sigmoid\ntrain 2\nprint norm.moving_mean\n"},
    .mask = MASK_PASSES,
    .shape = shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
