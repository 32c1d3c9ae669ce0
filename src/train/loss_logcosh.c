/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

/* log(cosh(x)) is even; this form cannot overflow. */
static double value(const struct head_view *v)
{
    double total = 0;
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        const double x = fabs((double)v->y[i] - (double)v->t[i]);
        total += x + log1p(exp(-2 * x)) - 0.69314718055994530942;
    }
    return total / (double)(v->rows * v->cols);
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double s = scale / (double)(v->rows * v->cols);
    for (size_t i = 0; i < v->rows * v->cols; i++)
        slope_put(&d[i], s * tanh((double)v->y[i] - (double)v->t[i]), add);
}

const struct loss_kind loss_logcosh = {
    .entry = {.name = "logcosh",
              .alias = "log_cosh",
              .summary = "squared near 0, absolute far away, and smooth",
              .details =
                  "The mean over samples and outputs of log(cosh(x)) = x + log(1 + exp(-2 x)) - "
                  "log 2 with x = y - t, as in Keras; its slope is tanh(x).",
              .example = "data sine 100\ninput 1\ndense 8 tanh\ndense 1\nloss logcosh\n"
                         "train 2\n"},
    .head = {.value = value, .gradient = gradient},
};
