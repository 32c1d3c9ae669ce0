/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt_adam.h"

void adam_update(const struct args *self, uint64_t count, size_t n, const real *g, real *w,
                 real *const slot[SLOTS_MOST])
{
    const double beta1 = args_number(self, "beta_1"), beta2 = args_number(self, "beta_2");
    const struct adam_step s = {
        .beta1 = beta1,
        .beta2 = beta2,
        .rate = args_number(self, "lr") / (1 - pow(beta1, (double)count)),
        .correction = 1 / sqrt(1 - pow(beta2, (double)count)),
        .epsilon = args_number(self, "epsilon"),
    };
    kernels()->adam(n, &s, g, w, slot[0], slot[1]);
}

/* lr / (sqrt(v') + epsilon) */
void adam_step_sizes(const struct args *self, uint64_t count, size_t n,
                     real *const slot[SLOTS_MOST], real *to)
{
    const struct step_sizes s = {
        .rate = args_number(self, "lr"),
        .correction = 1 / sqrt(1 - pow(args_number(self, "beta_2"), (double)count)),
        .outside = args_number(self, "epsilon"),
    };
    kernels()->step_sizes(n, &s, slot[1], NULL, to);
}

/* It keeps squares; a weight itself moves by little more than lr. */
double adam_reach(const struct args *self, double norm)
{
    return norm * norm + 64 * args_number(self, "lr");
}

static const struct arg_spec args[] = {LEARNING_RATE("0.001"), ADAM_OPTIONS, COMMON_KEYS};

const struct opt_kind opt_adam = {
    .entry = {.name = "adam",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "Adam",
              .details =
                  "m = beta_1 m + (1 - beta_1) g; v = beta_2 v + (1 - beta_2) g^2; "
                  "w -= lr m' / (sqrt(v') + epsilon) with m' = m / (1 - beta_1^t) and v' = v / "
                  "(1 - beta_2^t) (Kingma and Ba 2015, algorithm 1; PyTorch's form. Keras "
                  "divides before it corrects v, so its epsilon weighs a little more in the "
                  "first steps). Defaults are Keras's.",
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                         "optimizer adam lr=0.01\ntrain 2\n"},
    .slots = 2,
    .update = adam_update,
    .step_sizes = adam_step_sizes,
    .reach = adam_reach,
};
