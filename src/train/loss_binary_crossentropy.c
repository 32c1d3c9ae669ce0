/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

static double held_share(double p)
{
    return p < PROBABILITY_LEAST       ? PROBABILITY_LEAST
           : p > 1 - PROBABILITY_LEAST ? 1 - PROBABILITY_LEAST
                                       : p;
}

/* At the logit: max(z, 0) - z t + log(1 + exp(-|z|)), which cannot overflow. */
static double of_logit(double z, double t)
{
    return fmax(z, 0) - z * t + log1p(exp(-fabs(z)));
}

static double of_probability(double y, double t)
{
    double p = held_share(y);
    return -(t * log(p) + (1 - t) * log(1 - p));
}

static double value(const struct head_view *v)
{
    double total = 0;
    for (size_t i = 0; i < v->rows * v->cols; i++)
        total += v->z ? of_logit((double)v->z[i], (double)v->t[i])
                      : of_probability((double)v->y[i], (double)v->t[i]);
    return total / (double)(v->rows * v->cols);
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double s = scale / (double)(v->rows * v->cols);
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        double y = (double)v->y[i], t = (double)v->t[i], p = held_share(y);
        double at_output = p == y ? (1 - t) / (1 - p) - t / p : 0;
        slope_put(&d[i], s * (v->z ? y - t : at_output), add);
    }
}

static bool takes(real t)
{
    return t >= 0 && t <= 1;
}

const struct loss_kind loss_binary_crossentropy = {
    .entry = {.name = "binary_crossentropy",
              .summary = "cross-entropy of probabilities of yes or no",
              .details =
                  "The mean over samples and outputs of -(t log y + (1 - t) log(1 - y)). Taken "
                  "at the pre-activation when the last layer applies the sigmoid itself; else y "
                  "is held within [1e-7, 1 - 1e-7], as in Keras.",
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                         "loss binary_crossentropy\ntrain 2\n"},
    .head = {.has_logits = true, .logits = ACT_SIGMOID, .value = value, .gradient = gradient},
    .takes = takes,
    .range = "from 0 to 1",
};
