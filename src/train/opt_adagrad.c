/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt.h"

static void update(const struct args *self, uint64_t count, size_t n, const real *g, real *w,
                   real *const slot[SLOTS_MOST])
{
    (void)count;
    kernels()->adagrad(n, args_number(self, "lr"), args_number(self, "epsilon"), g, w, slot[0]);
}

static void step_sizes(const struct args *self, uint64_t count, size_t n,
                       real *const slot[SLOTS_MOST], real *to)
{
    const struct step_sizes s = {
        .rate = args_number(self, "lr"), .inside = args_number(self, "epsilon"), .correction = 1};
    (void)count;
    kernels()->step_sizes(n, &s, slot[0], NULL, to);
}

/* Squares add up over steps; a weight moves by lr at most, but for numbers near epsilon's root. */
static double reach(const struct args *self, double norm)
{
    const double quotient = norm / sqrt(args_number(self, "epsilon"));
    return 64 * (norm * norm + args_number(self, "lr") * quotient) + opt_start(self);
}

static const struct arg_spec args[] = {
    LEARNING_RATE("0.001"),
    OPTION("initial_accumulator_value", "0.1", 0, 1e30, "what the sums of squares start at"),
    EPSILON, COMMON_KEYS};

const struct opt_kind opt_adagrad = {
    .entry = {.name = "adagrad",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "each weight's own rate, falling with the squares it has seen",
              .details = "a += g^2; w -= lr g / sqrt(a + epsilon), where a starts at "
                         "initial_accumulator_value (Duchi et al. 2011, in Keras's form; PyTorch "
                         "divides by sqrt(a) + epsilon and starts at 0).",
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                         "optimizer adagrad lr=0.1\ntrain 2\n"},
    .slots = 1,
    .start = "initial_accumulator_value",
    .update = update,
    .step_sizes = step_sizes,
    .reach = reach,
};
