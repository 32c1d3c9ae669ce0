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

/* Keras's label smoothing: t becomes t (1 - a) + a / 2. */
struct smooth {
    double keep, add;
};

static struct smooth smooth_of(const struct head_view *v)
{
    const double a = args_number(v->args, "smoothing");
    return (struct smooth){1 - a, a / 2};
}

static double value(const struct head_view *v)
{
    const struct smooth to = smooth_of(v);
    double total = 0;
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        const double t = (double)v->t[i] * to.keep + to.add;
        total += v->z ? of_logit((double)v->z[i], t) : of_probability((double)v->y[i], t);
    }
    return total / (double)(v->rows * v->cols);
}

static size_t weighable(size_t cols)
{
    return cols == 1 ? 2 : 0;
}

static double row_weight(const struct head_view *v, size_t row)
{
    return args_get(v->args, "class_weight")->as.numbers.item[v->t[row] >= R(0.5)];
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double s = scale / (double)(v->rows * v->cols);
    const struct smooth to = smooth_of(v);
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        double y = (double)v->y[i], t = (double)v->t[i] * to.keep + to.add, p = held_share(y);
        double at_output = p == y ? (1 - t) / (1 - p) - t / p : 0;
        slope_put(&d[i], s * (v->z ? y - t : at_output), add);
    }
}

static bool takes(real t)
{
    return t >= 0 && t <= 1;
}

static const struct arg_spec args[] = {SMOOTHING, CLASS_WEIGHT};

const struct loss_kind loss_binary_crossentropy = {
    .entry =
        {.name = "binary_crossentropy",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "cross-entropy of probabilities of yes or no",
         .details =
             "The mean over samples and outputs of -(t log y + (1 - t) log(1 - y)). Taken "
             "at the pre-activation when the last layer applies the sigmoid itself; else y "
             "is held within [1e-7, 1 - 1e-7], as in Keras.\n\n"
             "smoothing=a puts t (1 - a) + a / 2 in the place of t, as Keras's label_smoothing "
             "does. class_weight=w0, w1 multiplies the loss of a sample by w1 where t is 0.5 or "
             "more, else by w0; the mean is over all samples still. Both go for every share of "
             "the data (Keras's fit leaves class_weight out of val_loss); accuracy counts all "
             "samples alike.",
         .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                    "loss binary_crossentropy\ntrain 2\n"},
    .head = {.has_logits = true,
             .logits = ACT_SIGMOID,
             .value = value,
             .gradient = gradient,
             .row_weight = row_weight},
    .weighable = weighable,
    .takes = takes,
    .range = "from 0 to 1",
};
