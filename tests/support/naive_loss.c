/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The losses of the naive ledger, by the textbook. */
#include "naive.h"

#include "check.h"

#include <math.h>
#include <string.h>

/* Keras's label smoothing. */
static double smoothed(const struct args *loss, double t, size_t classes)
{
    const double a = args_number(loss, "smoothing");
    return t * (1 - a) + a / (double)classes;
}

/* Keras's class weights: the weight of a row's class. */
static double weight_of_class(const struct args *loss, const double *t, size_t cols,
                              size_t target_cols)
{
    size_t class = cols == 1 ? t[0] >= 0.5 : target_cols == 1 ? (size_t)t[0] : 0;
    if (!strstr(loss->entry->name, "crossentropy") || !args_get(loss, "class_weight")->given)
        return 1;
    for (size_t j = 1; j < target_cols; j++)
        class = t[j] > t[class] ? j : class;
    return args_get(loss, "class_weight")->as.numbers.item[class];
}

/* The loss of one row of `cols` outputs. */
static double row_loss(const struct args *loss, const double *y, const double *t, size_t cols,
                       size_t target_cols)
{
    const char *name = loss->entry->name;
    const double delta = strcmp(name, "huber") == 0 ? args_number(loss, "delta") : 0;
    double total = 0;
    for (size_t j = 0; j < cols; j++) {
        const double d = y[j] - t[target_cols == cols ? j : 0], p = y[j];
        const double held = fmin(fmax(p, 1e-7), 1 - 1e-7);
        if (strcmp(name, "mse") == 0)
            total += d * d / (double)cols;
        else if (strcmp(name, "mae") == 0)
            total += fabs(d) / (double)cols;
        else if (strcmp(name, "huber") == 0)
            total += (fabs(d) <= delta ? d * d / 2 : delta * (fabs(d) - delta / 2)) / (double)cols;
        else if (strcmp(name, "binary_crossentropy") == 0)
            total -= (smoothed(loss, t[j], 2) * log(held) +
                      smoothed(loss, 1 - t[j], 2) * log(1 - held)) /
                     (double)cols;
        else if (strcmp(name, "kl") == 0)
            total += fmax(t[j], 1e-7) * log(fmax(t[j], 1e-7) / fmin(fmax(p, 1e-7), 1));
        else if (strcmp(name, "poisson") == 0)
            total += (p - t[j] * log(p + 1e-7)) / (double)cols;
        else if (strcmp(name, "hinge") == 0)
            total += fmax(0, 1 - (t[j] > 0 ? p : -p)) / (double)cols;
        else if (strcmp(name, "logcosh") == 0)
            total += log(cosh(d)) / (double)cols;
        else
            total -= smoothed(loss, target_cols == cols ? t[j] : (size_t)t[0] == j, cols) * log(p);
    }
    return total;
}

/* Keras divides what is no softmax by its sum, and holds it within 1e-7 of 0 and 1. */
static double crossentropy(const struct args *loss, const double *y, const double *t, size_t cols,
                           size_t target_cols)
{
    double shares[64], sum = 0;
    assert_true(cols <= 64);
    for (size_t j = 0; j < cols; j++)
        sum += y[j];
    for (size_t j = 0; j < cols; j++)
        shares[j] = fmin(fmax(y[j] / sum, 1e-7), 1 - 1e-7);
    return row_loss(loss, shares, t, cols, target_cols);
}

static double cosine(const struct args *loss, const double *y, const double *t, size_t cols,
                     size_t target_cols)
{
    double yy = 0, tt = 0, yt = 0;
    (void)loss;
    assert_int_equal(cols, target_cols);
    for (size_t j = 0; j < cols; j++) {
        yy += y[j] * y[j];
        tt += t[j] * t[j];
        yt += y[j] * t[j];
    }
    return -yt / (fmax(sqrt(yy), 1e-7) * fmax(sqrt(tt), 1e-7));
}

double naive_data(const struct naive *n, const struct naive_head *h)
{
    const struct shape *shape = &n->g->value[h->value].shape;
    const size_t cols = shape_last(shape), rows = n->samples * shape_count(shape) / cols;
    const char *name = h->loss->entry->name;
    double (*of_row)(const struct args *loss, const double *y, const double *t, size_t cols,
                     size_t target_cols) = strcmp(name, "categorical_crossentropy") == 0
                                               ? crossentropy
                                           : strcmp(name, "cosine") == 0 ? cosine
                                                                         : row_loss;
    const double *y = n->value[h->value];
    const double *mask = n->mask[h->value];
    double total = 0;
    size_t counted = 0;
    for (size_t i = 0; i < rows; i++) {
        if (mask && mask[i / (rows / (n->samples * shape->size[0]))] == 0)
            continue;
        counted++;
        const double *t = h->target + i * h->target_cols;
        const double sample = h->sample_weight ? h->sample_weight[i / (rows / n->samples)] : 1;
        total += sample * weight_of_class(h->loss, t, cols, h->target_cols) *
                 of_row(h->loss, y + i * cols, t, cols, h->target_cols);
    }
    return counted ? total / (double)counted : 0;
}
