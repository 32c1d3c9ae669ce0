/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt_adam.h"

/* mu_1 mu_2 ... mu_t for mu_i = beta_1 (1 - q^i / 2) and q = 0.96^momentum_decay, without a loop
 * over the steps: log(1 - x / 2) is minus the sum over k of (x / 2)^k / k, and the powers of q^i
 * add up to a geometric series. */
static double momentum_product(double beta1, double momentum_decay, double t)
{
    enum { TERMS = 60 }; /* 2^-60 is below what a double can tell */
    const double log_q = momentum_decay * log(0.96);
    double sum = 0, half = 1;
    for (int k = 1; k <= TERMS; k++) {
        const double x = k * log_q;
        half /= 2;
        sum += half / k * (expm1(x) == 0 ? t : exp(x) * expm1(x * t) / expm1(x));
    }
    return pow(beta1, t) * exp(-sum);
}

static void update(const struct args *self, uint64_t count, size_t n, const real *restrict g,
                   real *restrict w, real *const slot[SLOTS_MOST])
{
    const double beta1 = args_number(self, "beta_1"), beta2 = args_number(self, "beta_2"),
                 lr = args_number(self, "lr"), late = args_number(self, "momentum_decay"),
                 t = (double)count, now = beta1 * (1 - pow(0.96, late * t) / 2),
                 next = beta1 * (1 - pow(0.96, late * (t + 1)) / 2),
                 product = momentum_product(beta1, late, t);
    const real of_gradient = (real)(lr * (1 - now) / (1 - product)),
               of_mean = (real)(lr * next / (1 - product * next)),
               correction = (real)(1 / sqrt(1 - pow(beta2, t))),
               epsilon = (real)args_number(self, "epsilon"), a = (real)(1 - beta1),
               b = (real)(1 - beta2);
    real *restrict m = slot[0], *restrict v = slot[1];
    for (size_t i = 0; i < n; i++) {
        m[i] += a * (g[i] - m[i]);
        v[i] += b * (g[i] * g[i] - v[i]);
        w[i] -= (of_gradient * g[i] + of_mean * m[i]) / (real_sqrt(v[i]) * correction + epsilon);
    }
}

static const struct arg_spec args[] = {
    LEARNING_RATE("0.001"), ADAM_OPTIONS,
    OPTION("momentum_decay", "0.004", 0, 1e6, "how fast the momentum grows to beta_1"),
    COMMON_KEYS};

const struct opt_kind opt_nadam = {
    .entry = {.name = "nadam",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "Adam with Nesterov's momentum",
              .source = "Dozat 2016, in PyTorch's form",
              .details =
                  "m and v as in adam; mu_t = beta_1 (1 - 0.96^(t momentum_decay) / 2), and M_t is "
                  "the product of mu_1 to mu_t; w -= lr (mu_(t+1) m / (1 - M_(t+1)) + (1 - mu_t) g "
                  "/ (1 - M_t)) / (sqrt(v') + epsilon), v' = v / (1 - beta_2^t). momentum_decay is "
                  "PyTorch's; in Keras it is 1.",
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                         "optimizer nadam lr=0.01\ntrain 2\n"},
    .slots = 2,
    .update = update,
    .step_sizes = adam_step_sizes,
    .reach = adam_reach,
};
