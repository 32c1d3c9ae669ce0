/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

/* Keras's: a vector is divided by its norm, or by this where it is shorter. */
static const double least = 1e-7;

/* A row of outputs against its targets, both divided by these. */
struct lengths {
    double y, t, dot; /* dot is that of the divided vectors */
};

static struct lengths measure_norms(const struct head_view *v, size_t row)
{
    const real *y = v->y + row * v->cols, *t = v->t + row * v->cols;
    struct lengths l = {0};
    for (size_t j = 0; j < v->cols; j++) {
        l.y += (double)y[j] * (double)y[j];
        l.t += (double)t[j] * (double)t[j];
        l.dot += (double)y[j] * (double)t[j];
    }
    l.y = fmax(sqrt(l.y), least);
    l.t = fmax(sqrt(l.t), least);
    l.dot /= l.y * l.t;
    return l;
}

static double value(const struct head_view *v)
{
    double total = 0;
    for (size_t i = 0; i < v->rows; i++)
        total -= measure_norms(v, i).dot;
    return total / (double)v->rows;
}

/* With u = y / |y|: -(t' - (t'.u) u) / |y|; below the least length y is divided by a constant. */
static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double s = scale / (double)v->rows;
    for (size_t i = 0; i < v->rows; i++) {
        const struct lengths l = measure_norms(v, i);
        const double turn = l.y > least ? l.dot / l.y : 0;
        for (size_t j = 0; j < v->cols; j++) {
            const size_t at = i * v->cols + j;
            slope_put(&d[at], -s * ((double)v->t[at] / l.t - turn * (double)v->y[at]) / l.y, add);
        }
    }
}

const struct loss_kind loss_cosine = {
    .entry = {.name = "cosine",
              .alias = "cosine_similarity",
              .summary = "the direction alone: minus the cosine of the angle",
              .details =
                  "The mean over samples of -sum (t / |t|) (y / |y|) along the last axis: -1 for "
                  "the same direction, 1 for the opposite one. Norms below 1e-7 count as 1e-7, as "
                  "in Keras 3; so a target of zeros gives 0.",
              .example = "data random 50 shape=3 target=2\ninput 3\ndense 2\nloss cosine\n"
                         "train 2\n"},
    .head = {.value = value, .gradient = gradient},
};
