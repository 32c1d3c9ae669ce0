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

static void run_dropout(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const double rate = noise_level(s);
    const uint64_t key = noise_key(s, f), first = noise_first(s, f);
    const real *x = f->at[s->x[0]], kept = (real)(1 / (1 - rate));
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < n; i++) {
        const real v = rng_uniform(key, first + i) < rate ? 0 : x[i] * kept;
        y[i] = s->add[0] ? y[i] + v : v;
    }
}

/* The mask is drawn anew from the key in the backward pass. */
static const struct op_kind op_dropout = {.name = "dropout", .run = run_dropout};

static const struct op_kind *op_of(const struct planner *p)
{
    return planner_mode(p) == MODE_TRAIN ? &op_dropout : &op_copy;
}

static void forward(struct planner *p, id call)
{
    planner_map(p, call, op_of(p), noise_settings(p, call));
}

static void backward(struct planner *p, id call)
{
    planner_map_grad(p, call, op_of(p), noise_settings(p, call));
}

static const struct op_kind *const draws[] = {&op_dropout, NULL};
static const struct arg_spec args[] = {
    NOISE_RATE("the share of the numbers that become 0"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_dropout = {
    .entry =
        {.name = "dropout",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "sets a random share of the numbers to 0 while training",
         .use = "Behind wide hidden layers, 0.2 to 0.5, where the validation loss rises while the "
                "training loss still falls: no unit can rely on another one being there.",
         .source = "Srivastava 2014, in Keras's inverted form",
         .details = "y = x m / (1 - rate), where m is 0 with probability rate and else 1, drawn "
                    "anew for each number and step; in evaluation y = x.",
         .example =
             "data moons 200\ninput 2\ndense 16 relu\ndropout 0.3\ndense 1 sigmoid\ntrain 2\n"},
    .noise = "rate",
    .draws = draws,
    .mask = MASK_PASSES,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
