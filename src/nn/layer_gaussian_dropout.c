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

static void run_gaussian(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const double rate = noise_level(s), deviation = sqrt(rate / (1 - rate));
    const uint64_t key = noise_key(s, f), first = noise_first(s, f);
    const real *x = f->at[s->x[0]];
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < n; i++) {
        const real v = x[i] * (real)(1 + deviation * rng_normal(key, first + i));
        y[i] = s->add[0] ? y[i] + v : v;
    }
}

/* The factors are drawn anew from the key in the backward pass. */
static const struct op_kind op_gaussian = {.name = "gaussian_dropout", .run = run_gaussian};

static const struct op_kind *op_of(const struct planner *p)
{
    return planner_mode(p) == MODE_TRAIN ? &op_gaussian : &op_copy;
}

static void forward(struct planner *p, id call)
{
    planner_map(p, call, op_of(p), noise_settings(p, call));
}

static void backward(struct planner *p, id call)
{
    planner_map_grad(p, call, op_of(p), noise_settings(p, call));
}

static const struct op_kind *const draws[] = {&op_gaussian, NULL};
static const struct arg_spec args[] = {
    NOISE_RATE("the rate of the dropout whose mean and deviation the noise has"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_gaussian_dropout = {
    .entry = {.name = "gaussian_dropout",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "multiplies by normal noise around 1 while training",
              .use = "Where dropout is wanted and exact zeros are not: the units behind see every "
                     "number, less or more of it.",
              .source = "Srivastava 2014; Keras GaussianDropout",
              .details =
                  "y = x (1 + e sqrt(rate / (1 - rate))), where e is standard normal, drawn anew "
                  "for each number and step: mean and deviation of dropout, and no number becomes "
                  "0. In evaluation y = x.",
              .example = "data moons 200\ninput 2\ndense 16 relu\ngaussian_dropout 0.3\n"
                         "dense 1 sigmoid\ntrain 2\n"},
    .noise = "rate",
    .draws = draws,
    .mask = MASK_PASSES,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
