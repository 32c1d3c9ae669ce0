/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt_decay.h"

static void update(const struct args *self, uint64_t count, size_t n, const real *restrict g,
                   real *restrict w, real *const slot[SLOTS_MOST])
{
    (void)count;
    const real rate = (real)args_number(self, "lr"),
               to_step = (real)(1 - args_number(self, "beta_1")),
               to_mean = (real)(1 - args_number(self, "beta_2"));
    real *restrict m = slot[0];
    for (size_t i = 0; i < n; i++) {
        const real c = m[i] + to_step * (g[i] - m[i]);
        w[i] -= c > 0 ? rate : c < 0 ? -rate : 0;
        m[i] += to_mean * (g[i] - m[i]);
    }
}

/* It keeps a mean of gradients; momentum of whatever size moves a weight by lr. */
static double reach(const struct args *self, double norm)
{
    return 64 * (norm + args_number(self, "lr"));
}

static const struct arg_spec args[] = {
    LEARNING_RATE("0.0001"), WEIGHT_DECAY("0"),
    OPTION("beta_1", "0.9", 0, 1, "how much of the mean gradient goes into the step"),
    OPTION("beta_2", "0.99", 0, 1, "how much of the mean gradient is kept"), COMMON_KEYS};

const struct opt_kind opt_lion = {
    .entry = {.name = "lion",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "every weight moves by lr, along the sign of the mean gradient",
              .source = "Chen et al. 2023, algorithm 2",
              .details =
                  "First w -= weight_decay lr w; then w -= lr sign(beta_1 m + (1 - beta_1) g), "
                  "where sign(0) is 0; then m = beta_2 m + (1 - beta_2) g. lr and betas are the "
                  "paper's. As all steps are lr long, a penalty moves a "
                  "weight only where it turns the sign. " DECAY_DETAILS,
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                         "optimizer lion lr=0.001 weight_decay=0.1\ntrain 2\n"},
    .slots = 1,
    .update = update,
    .reach = reach,
    .decay = opt_weight_decay,
};
