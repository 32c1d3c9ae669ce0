/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

/* Keras's: keeps the logarithm finite at 0. */
static const double epsilon = 1e-7;

static double value(const struct head_view *v)
{
    double total = 0;
    for (size_t i = 0; i < v->rows * v->cols; i++)
        total += (double)v->y[i] - (double)v->t[i] * log((double)v->y[i] + epsilon);
    return total / (double)(v->rows * v->cols);
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double s = scale / (double)(v->rows * v->cols);
    for (size_t i = 0; i < v->rows * v->cols; i++)
        slope_put(&d[i], s * (1 - (double)v->t[i] / ((double)v->y[i] + epsilon)), add);
}

static bool takes(real t)
{
    return t >= 0;
}

const struct loss_kind loss_poisson = {
    .entry = {.name = "poisson",
              .summary = "for counts: the output is the rate of a Poisson distribution",
              .details =
                  "The mean over samples and outputs of y - t log(y + 1e-7), as in Keras: the log "
                  "likelihood without its constant, so it can be negative. Outputs have to be "
                  "above 0: end in softplus, relu or sigmoid.",
              .example = "data rows { 0 -> 1; 1 -> 3; 2 -> 8 }\ninput 1\ndense 1 softplus\n"
                         "loss poisson\ntrain 2\n"},
    .head = {.value = value, .gradient = gradient},
    .takes = takes,
    .range = "of 0 or more",
};
