/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

static double value(const struct head_view *v)
{
    const double delta = args_number(v->args, "delta");
    double total = 0;
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        double x = fabs((double)v->y[i] - (double)v->t[i]);
        total += x <= delta ? 0.5 * x * x : delta * x - 0.5 * delta * delta;
    }
    return total / (double)(v->rows * v->cols);
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double delta = args_number(v->args, "delta"), s = scale / (double)(v->rows * v->cols);
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        double x = (double)v->y[i] - (double)v->t[i];
        x = x > delta ? delta : x < -delta ? -delta : x;
        slope_put(&d[i], s * x, add);
    }
}

static const struct arg_spec args[] = {
    ARG("delta", KEY, ARG_NUMBER, .standard = "1", .min = 0, .max = 1e30, .above = true,
        .line = "where the square turns into a line"),
};

const struct loss_kind loss_huber = {
    .entry = {.name = "huber",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "squared near 0, absolute far away",
              .details =
                  "With x = y - t: x^2 / 2 while |x| <= delta, else delta |x| - delta^2 / 2; "
                  "the mean over samples and outputs (Huber 1964).",
              .example = "data sine 100\ninput 1\ndense 8 tanh\ndense 1\nloss huber delta=0.5\n"
                         "train 2\n"},
    .head = {.value = value, .gradient = gradient},
};
