/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

static double value(const struct head_view *v)
{
    const size_t n = v->rows * v->cols;
    return kernels()->difference_squares(n, v->y, v->t) / (double)n;
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const size_t n = v->rows * v->cols;
    kernels()->difference(n, v->y, v->t, 2 * scale / (double)n, d, add);
}

const struct loss_kind loss_mse = {
    .entry = {.name = "mse",
              .alias = "mean_squared_error",
              .summary = "mean squared error",
              .details = "The mean over samples and outputs of (y - t)^2.",
              .example = "data sine 100\ninput 1\ndense 8 tanh\ndense 1\nloss mse\ntrain 2\n"},
    .head = {.value = value, .gradient = gradient},
};
