/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt_decay.h"

/* The places of the arguments below: every step reads them. */
enum { RATE, MOMENTUM, NESTEROV, DECAY };

static void update(const struct args *self, uint64_t count, size_t n, const real *g, real *w,
                   real *const slot[SLOTS_MOST])
{
    (void)count;
    const struct sgd_step s = {.rate = self->arg[RATE].as.number,
                               .momentum = self->arg[MOMENTUM].as.number,
                               .nesterov = self->arg[NESTEROV].as.yes};
    kernels()->sgd(n, &s, g, w, s.momentum > 0 ? slot[0] : NULL);
}

static void step_sizes(const struct args *self, uint64_t count, size_t n,
                       real *const slot[SLOTS_MOST], real *to)
{
    const real rate = (real)opt_carried_rate(self);
    (void)count;
    (void)slot;
    for (size_t i = 0; i < n; i++)
        to[i] = rate;
}

/* Momentum adds up steps before this one, and a weight its own steps: a factor for both. */
static double reach(const struct args *self, double norm)
{
    return 64 * self->arg[RATE].as.number * norm;
}

static double decay(const struct args *self)
{
    return self->arg[DECAY].as.number > 0 ? opt_weight_decay(self) : 0;
}

static const struct arg_spec args[] = {
    [RATE] = LEARNING_RATE("0.01"),
    [MOMENTUM] = ARG("momentum", KEY, ARG_NUMBER, .standard = "0", .min = 0, .max = 1,
                     .line = "how much of the last step goes on"),
    [NESTEROV] =
        ARG("nesterov", KEY, ARG_BOOL, .standard = "no", .line = "look ahead along the momentum"),
    [DECAY] = WEIGHT_DECAY("0"),
    COMMON_KEYS,
};

const struct opt_kind opt_sgd = {
    .entry = {.name = "sgd",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "gradient descent, with momentum if wanted",
              .details =
                  "v = momentum v - lr g; w += v; with nesterov w += momentum v - lr g (Keras "
                  "SGD). With weight_decay first w -= weight_decay lr w: decoupled, as in adamw "
                  "(SGDW, Loshchilov and Hutter 2019). PyTorch's SGD adds weight_decay w to the "
                  "gradient instead, which without momentum is the same step, and here is "
                  "kernel=l2(s) with s = weight_decay / 2. " DECAY_DETAILS,
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                         "optimizer sgd lr=0.1 momentum=0.9 nesterov=yes\ntrain 2\n"},
    .slots = 1,
    .update = update,
    .step_sizes = step_sizes,
    .reach = reach,
    .decay = decay,
};
