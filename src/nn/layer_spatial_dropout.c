/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"
#include "nn/planner.h"
#include "nn/random.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    (void)self;
    *out = *in;
    if (in->axes > 1)
        return 0;
    err_at(e, (struct span){0},
           "spatial_dropout drops whole channels, and its input has none: only %u numbers",
           in->size[0]);
    return err_hint(e, "channels are the last of two axes or more, as in 10x8; else use dropout");
}

struct spatial {
    double rate;
    size_t channels, places; /* numbers of a channel that share a mask */
};

static void run_spatial(const struct step *s, const struct frame *f)
{
    const struct spatial *p = s->settings;
    const size_t n = frame_rows(f, s) * s->cols, each = p->places * p->channels;
    const uint64_t key = noise_key(s, f), first = noise_first(s, f) / p->places;
    const real *x = f->at[s->x[0]], kept = (real)(1 / (1 - p->rate));
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < n; i++) {
        const uint64_t mask = first + i / each * p->channels + i % p->channels;
        const real v = rng_uniform(key, mask) < p->rate ? 0 : x[i] * kept;
        y[i] = s->add[0] ? y[i] + v : v;
    }
}

/* The mask is drawn anew from the key in the backward pass. */
static const struct op_kind op_spatial = {.name = "spatial_dropout", .run = run_spatial};

static struct spatial settings_of(const struct planner *p, id call)
{
    const struct layer *l = planner_layer(p, call);
    const size_t channels = shape_last(&l->in);
    return (struct spatial){args_number(l->args, "rate"), channels, shape_count(&l->in) / channels};
}

static const struct op_kind *op_of(const struct planner *p)
{
    return planner_mode(p) == MODE_TRAIN ? &op_spatial : &op_copy;
}

static void forward(struct planner *p, id call)
{
    const struct spatial s = settings_of(p, call);
    planner_map(p, call, op_of(p), planner_settings(p, &s, sizeof s));
}

static void backward(struct planner *p, id call)
{
    const struct spatial s = settings_of(p, call);
    planner_map_grad(p, call, op_of(p), planner_settings(p, &s, sizeof s));
}

static const struct op_kind *const draws[] = {&op_spatial, NULL};
static const struct arg_spec args[] = {
    NOISE_RATE("the share of the channels that become 0"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_spatial_dropout = {
    .entry = {.name = "spatial_dropout",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "sets whole channels to 0 at random while training",
              .use = "On sequences, where neighbours in time are alike: dropout of single numbers "
                     "would be made good by the next step.",
              .source = "Tompson et al. 2015; Keras SpatialDropout1D, 2D and 3D",
              .details =
                  "y = x m / (1 - rate), where m is 0 with probability rate and else 1, drawn anew "
                  "for each sample, channel (the last axis) and step: what stands in one channel "
                  "goes or stays together. In evaluation y = x.",
              .example = "data random 100 shape=5x4 target=1\ninput 5x4\ndense 6 relu\n"
                         "spatial_dropout 0.3\nflatten\ndense 1\ntrain 2\n"},
    .noise = "rate",
    .draws = draws,
    .mask = MASK_PASSES,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
