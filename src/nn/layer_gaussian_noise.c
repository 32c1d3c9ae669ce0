/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"
#include "nn/planner.h"
#include "nn/random.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)self;
    (void)e;
    *out = *in;
    return 0;
}

static void run_noise(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const double deviation = noise_level(s);
    const uint64_t key = noise_key(s, f), first = noise_first(s, f);
    const real *x = f->at[s->x[0]];
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + (real)(deviation * rng_normal(key, first + i));
}

static const struct op_kind op_noise = {.name = "gaussian_noise", .run = run_noise};

static void forward(struct planner *p, id call)
{
    planner_map(p, call, planner_mode(p) == MODE_TRAIN ? &op_noise : &op_copy,
                noise_settings(p, call));
}

static void backward(struct planner *p, id call)
{
    planner_map_grad(p, call, &op_copy, NULL);
}

static const struct op_kind *const draws[] = {&op_noise, NULL};
static const struct arg_spec args[] = {
    ARG("stddev", POSITIONAL, ARG_NUMBER, .required = true, .min = 0, .max = 1e30,
        .line = "the standard deviation"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_gaussian_noise = {
    .entry = {.name = "gaussian_noise",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "adds normal noise while training",
              .use = "On inputs that are measured numbers, and for denoising autoencoders. Small "
                     "noise on inputs acts much as a penalty on the slope of the output.",
              .source = "Bishop 1995; Vincent 2008; Keras GaussianNoise",
              .details =
                  "y = x + e, where e is normal with mean 0 and deviation stddev, drawn anew for "
                  "each number and step; in evaluation y = x.",
              .example = "data moons 200\ninput 2\ndense 16 relu\ngaussian_noise 0.1\ndense 1 "
                         "sigmoid\ntrain 2\n"},
    .noise = "stddev",
    .draws = draws,
    .mask = MASK_PASSES,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
