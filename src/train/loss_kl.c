/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

static double held_share(double p)
{
    return p < PROBABILITY_LEAST ? PROBABILITY_LEAST : p > 1 ? 1 : p;
}

static double value(const struct head_view *v)
{
    double total = 0;
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        const double t = held_share((double)v->t[i]), y = held_share((double)v->y[i]);
        total += t * log(t / y);
    }
    return total / (double)v->rows;
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double s = scale / (double)v->rows;
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        const double t = held_share((double)v->t[i]), y = (double)v->y[i];
        slope_put(&d[i], y == held_share(y) ? -s * t / y : 0, add);
    }
}

static bool takes(real t)
{
    return t >= 0 && t <= 1;
}

const struct loss_kind loss_kl = {
    .entry = {.name = "kl",
              .alias = "kl_divergence",
              .summary = "Kullback and Leibler's divergence of shares from shares",
              .details =
                  "The mean over samples of sum t log(t / y), t and y held within [1e-7, 1], "
                  "as in Keras; where y is held its slope is 0. Outputs are taken as they "
                  "are: a softmax makes them shares.",
              .example = "data rows { 0 1 -> 0.2 0.8; 1 0 -> 0.7 0.3 }\ninput 2\n"
                         "dense 2 softmax\nloss kl\ntrain 2\n"},
    .head = {.value = value, .gradient = gradient},
    .takes = takes,
    .range = "from 0 to 1",
};
