/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt.h"

enum { MEAN_SQUARE, RUNNING_STEP, MEAN };

static void update(const struct args *self, uint64_t count, size_t n, const real *g, real *w,
                   real *const slot[SLOTS_MOST])
{
    (void)count;
    const struct rmsprop_step s = {.rate = args_number(self, "lr"),
                                   .rho = args_number(self, "rho"),
                                   .momentum = args_number(self, "momentum"),
                                   .epsilon = args_number(self, "epsilon")};
    kernels()->rmsprop(n, &s, g, w, slot[MEAN_SQUARE], s.momentum > 0 ? slot[RUNNING_STEP] : NULL,
                       args_yes(self, "centered") ? slot[MEAN] : NULL);
}

static void step_sizes(const struct args *self, uint64_t count, size_t n,
                       real *const slot[SLOTS_MOST], real *to)
{
    const struct step_sizes s = {
        .rate = opt_carried_rate(self), .inside = args_number(self, "epsilon"), .correction = 1};
    (void)count;
    kernels()->step_sizes(n, &s, slot[MEAN_SQUARE], args_yes(self, "centered") ? slot[MEAN] : NULL,
                          to);
}

/* It keeps squares; momentum adds up steps, and centered may leave nothing but epsilon below the
 * root. */
static double reach(const struct args *self, double norm)
{
    const double quotient = norm / sqrt(args_number(self, "epsilon"));
    return norm * norm + 64 * args_number(self, "lr") * quotient;
}

static const struct arg_spec args[] = {
    LEARNING_RATE("0.001"),
    OPTION("rho", "0.9", 0, 1, "how much of the mean square is kept"),
    OPTION("momentum", "0", 0, 1, "how much of the last step goes on"),
    EPSILON,
    ARG("centered", KEY, ARG_BOOL, .standard = "no",
        .line = "divide by the deviation of the gradient, not by its mean square"),
    COMMON_KEYS,
};

const struct opt_kind opt_rmsprop = {
    .entry = {.name = "rmsprop",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "gradient descent divided by the gradient's recent size",
              .details =
                  "v = rho v + (1 - rho) g^2; w -= lr g / sqrt(v + epsilon). With centered "
                  "a = rho a + (1 - rho) g, and v - a^2 takes the place of v below the root. With "
                  "momentum u = momentum u + lr g / sqrt(...); w -= u (Tieleman and Hinton 2012, "
                  "in Keras's form; PyTorch divides by sqrt(v) + epsilon).",
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                         "optimizer rmsprop lr=0.01\ntrain 2\n"},
    .slots = 3,
    .update = update,
    .step_sizes = step_sizes,
    .reach = reach,
};
