/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

/* Keras's label smoothing of n classes: t becomes t (1 - a) + a / n. */
struct smooth {
    double keep, add;
};

static struct smooth smooth_of(const struct head_view *v)
{
    const double a = args_number(v->args, "smoothing");
    return (struct smooth){1 - a, a / (double)v->cols};
}

static double class_target(const struct head_view *v, struct smooth to, size_t row, size_t col)
{
    if (v->target_cols == v->cols)
        return (double)v->t[row * v->cols + col] * to.keep + to.add;
    return (size_t)v->t[row] == col ? to.keep + to.add : to.add;
}

static double log_of_sum(const real *z, size_t n)
{
    double most = (double)z[0], sum = 0;
    for (size_t j = 1; j < n; j++)
        most = (double)z[j] > most ? (double)z[j] : most;
    for (size_t j = 0; j < n; j++)
        sum += exp((double)z[j] - most);
    return most + log(sum);
}

static double sum_of(const real *y, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += (double)y[j];
    return sum;
}

/* A share of the row, held away from 0 and 1; *moves tells whether it was not held. */
static double class_share(double y, double sum, bool *moves)
{
    double q = y / sum;
    *moves = q >= PROBABILITY_LEAST && q <= 1 - PROBABILITY_LEAST;
    return *moves ? q : q > 0.5 ? 1 - PROBABILITY_LEAST : q <= 0.5 ? PROBABILITY_LEAST : q;
}

static double row_value(const struct head_view *v, struct smooth to, size_t row)
{
    const real *y = v->y + row * v->cols, *z = v->z ? v->z + row * v->cols : NULL;
    const double whole = z ? log_of_sum(z, v->cols) : sum_of(y, v->cols);
    double total = 0;
    bool moves;
    for (size_t j = 0; j < v->cols; j++) {
        double t = class_target(v, to, row, j);
        if (t != 0)
            total +=
                t * (z ? whole - (double)z[j] : -log(class_share((double)y[j], whole, &moves)));
    }
    return total;
}

static double value(const struct head_view *v)
{
    const struct smooth to = smooth_of(v);
    double total = 0;
    for (size_t i = 0; i < v->rows; i++)
        total += row_value(v, to, i);
    return total / (double)v->rows;
}

/* At softmax's logits, dL/dz_j = y_j sum(t) - t_j. */
static void row_logits(const struct head_view *v, struct smooth to, size_t row, double s, real *d,
                       bool add)
{
    double all = 0;
    for (size_t j = 0; j < v->cols; j++)
        all += class_target(v, to, row, j);
    for (size_t j = 0; j < v->cols; j++)
        slope_put(&d[j], s * ((double)v->y[row * v->cols + j] * all - class_target(v, to, row, j)),
                  add);
}

/* L = -sum t_j log q_j with q_j = y_j / sum y: dL/dy_k = (g_k - sum g_j q_j) / sum y, where
 * g_j = -t_j / q_j. */
static void row_shares(const struct head_view *v, struct smooth to, size_t row, double s, real *d,
                       bool add)
{
    const real *y = v->y + row * v->cols;
    const double sum = sum_of(y, v->cols);
    double common = 0;
    bool moves;
    for (size_t j = 0; j < v->cols; j++) {
        double q = class_share((double)y[j], sum, &moves);
        common += moves ? -class_target(v, to, row, j) / q * ((double)y[j] / sum) : 0;
    }
    for (size_t k = 0; k < v->cols; k++) {
        double q = class_share((double)y[k], sum, &moves),
               g = moves ? -class_target(v, to, row, k) / q : 0;
        slope_put(&d[k], s * (g - common) / sum, add);
    }
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double s = scale / (double)v->rows;
    const struct smooth to = smooth_of(v);
    for (size_t i = 0; i < v->rows; i++)
        if (v->z)
            row_logits(v, to, i, s, d + i * v->cols, add);
        else
            row_shares(v, to, i, s, d + i * v->cols, add);
}

static size_t weighable(size_t cols)
{
    return cols > 1 ? cols : 0;
}

/* That of the row's class; of shares the largest counts, the first of equals. */
static double row_weight(const struct head_view *v, size_t row)
{
    const real *t = v->t + row * v->target_cols;
    size_t class = v->target_cols == 1 ? (size_t)t[0] : 0;
    for (size_t j = 1; j < v->target_cols; j++)
        class = t[j] > t[class] ? j : class;
    return args_get(v->args, "class_weight")->as.numbers.item[class];
}

static bool takes(real t)
{
    return t >= 0 && t <= 1;
}

static const struct arg_spec args[] = {SMOOTHING, CLASS_WEIGHT};

const struct loss_kind loss_categorical_crossentropy = {
    .entry =
        {.name = "categorical_crossentropy",
         .alias = "sparse_categorical_crossentropy",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "cross-entropy of shares over classes",
         .details =
             "The mean over samples of -sum t_j log y_j. Targets are class numbers in one "
             "column, or a share for each class. Taken at the pre-activation when the last "
             "layer applies the softmax itself; else y is divided by its sum and held "
             "within [1e-7, 1 - 1e-7], as in Keras.\n\n"
             "smoothing=a puts t_j (1 - a) + a / n in the place of t_j, n being the number of "
             "classes, as Keras's label_smoothing does. class_weight=w0, w1, ... multiplies the "
             "loss of a row by the weight of its class (of shares, the largest), and the mean "
             "is over all rows still. Both go for every share of the data (Keras's fit leaves "
             "class_weight out of val_loss); accuracy counts all rows alike.",
         .example = "data blobs 150\ninput 2\ndense 8 relu\ndense 3 softmax\n"
                    "loss categorical_crossentropy\ntrain 2\n"},
    .head = {.has_logits = true,
             .logits = ACT_SOFTMAX,
             .value = value,
             .gradient = gradient,
             .row_weight = row_weight},
    .weighable = weighable,
    .classes = true,
    .takes = takes,
    .range = "from 0 to 1, or class numbers in one column",
};
