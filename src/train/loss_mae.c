/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

static double value(const struct head_view *v)
{
    double total = 0;
    for (size_t i = 0; i < v->rows * v->cols; i++)
        total += fabs((double)v->y[i] - (double)v->t[i]);
    return total / (double)(v->rows * v->cols);
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double s = scale / (double)(v->rows * v->cols);
    for (size_t i = 0; i < v->rows * v->cols; i++)
        slope_put(&d[i], s * ((v->y[i] > v->t[i]) - (v->y[i] < v->t[i])), add);
}

const struct loss_kind loss_mae = {
    .entry = {.name = "mae",
              .alias = "mean_absolute_error",
              .summary = "mean absolute error",
              .details = "The mean over samples and outputs of |y - t|; its slope at 0 is 0.",
              .example = "data sine 100\ninput 1\ndense 8 tanh\ndense 1\nloss mae\ntrain 2\n"},
    .head = {.value = value, .gradient = gradient},
};
