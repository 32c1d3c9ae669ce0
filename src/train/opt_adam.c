/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt.h"

static void update(const struct args *self, uint64_t count, size_t n, const real *g, real *w,
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

/* It keeps squares; a weight itself moves by little more than lr. */
static double reach(const struct args *self, double norm)
{
    return norm * norm + 64 * args_number(self, "lr");
}

#define BETA(called, standard_beta, what)                                                          \
    {                                                                                              \
        .name = called, .form = KEY, .type = ARG_NUMBER, .standard = standard_beta, .min = 0,      \
        .max = 0.999999999, .line = what                                                           \
    }

static const struct arg_spec args[] = {
    LEARNING_RATE("0.001"),
    BETA("beta_1", "0.9", "how much of the mean gradient is kept"),
    BETA("beta_2", "0.999", "how much of the mean square is kept"),
    {.name = "epsilon",
     .form = KEY,
     .type = ARG_NUMBER,
     .standard = "1e-7",
     .min = 0,
     .max = 1,
     .above = true,
     .line = "keeps the quotient finite"},
};

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
    .update = update,
    .reach = reach,
};
