/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"
#include "nn/planner.h"
#include "nn/random.h"

#include <math.h>

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)self;
    (void)e;
    *out = *in;
    return 0;
}

/* Where selu comes to rest at minus infinity: -alpha scale (Klambauer et al. 2017). */
static const double lowest = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;

/* What makes mean and deviation of what is left 0 and 1 again. */
static double factor_of(double rate)
{
    return 1 / sqrt((1 - rate) * (1 + rate * lowest * lowest));
}

static void run_alpha(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const double rate = noise_level(s), a = factor_of(rate), b = -a * lowest * rate;
    const uint64_t key = noise_key(s, f), first = noise_first(s, f);
    const real *x = f->at[s->x[0]], dropped = (real)(a * lowest + b);
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < n; i++)
        y[i] = rng_uniform(key, first + i) < rate ? dropped : (real)a * x[i] + (real)b;
}

static void run_alpha_grad(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const double rate = noise_level(s);
    const uint64_t key = noise_key(s, f), first = noise_first(s, f);
    const real *dy = f->at[s->x[0]], a = (real)factor_of(rate);
    real *dx = f->at[s->y[0]];
    for (size_t i = 0; i < n; i++) {
        const real v = rng_uniform(key, first + i) < rate ? 0 : a * dy[i];
        dx[i] = s->add[0] ? dx[i] + v : v;
    }
}

static const struct op_kind op_alpha = {.name = "alpha_dropout", .run = run_alpha};
static const struct op_kind op_alpha_grad = {.name = "alpha_dropout_grad", .run = run_alpha_grad};

static void forward(struct planner *p, id call)
{
    planner_map(p, call, planner_mode(p) == MODE_TRAIN ? &op_alpha : &op_copy,
                noise_settings(p, call));
}

static void backward(struct planner *p, id call)
{
    planner_map_grad(p, call, planner_mode(p) == MODE_TRAIN ? &op_alpha_grad : &op_copy,
                     noise_settings(p, call));
}

static const struct op_kind *const draws[] = {&op_alpha, &op_alpha_grad, NULL};
static const struct arg_spec args[] = {
    NOISE_RATE("the share of the numbers that become selu's lowest"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_alpha_dropout = {
    .entry = {.name = "alpha_dropout",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "dropout for selu, which keeps mean 0 and deviation 1",
              .use =
                  "Behind selu, small: 0.05 to 0.1. Dropout would undo the mean and the deviation "
                  "that selu keeps.",
              .source = "Klambauer et al. 2017; Keras AlphaDropout",
              .details =
                  "y = a (x m + l (1 - m)) + b, where m is 0 with probability rate and else 1, "
                  "drawn anew for each number and step, l = -1.7580993408473766 is the lowest "
                  "value of selu, a = ((1 - rate) (1 + rate l^2))^(-1/2) and b = -a l rate; in "
                  "evaluation y = x.",
              .example = "data moons 200\ninput 2\ndense 16 selu kernel_init=lecun_normal\n"
                         "alpha_dropout 0.1\ndense 1 sigmoid\ntrain 2\n"},
    .noise = "rate",
    .draws = draws,
    .mask = MASK_PASSES,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
