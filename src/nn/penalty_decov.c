/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/columns.h"

#include <math.h>

/* norm C^2 of the covariance C of `units` units over `rows` samples is that of the products of the
 * samples, whichever are fewer: the products of all pairs are made of those. */
struct covariance {
    struct columns of;
    bool by_sample;
    double *mean, *variance; /* [units] */
    double *product, *room;
};

static struct covariance covariance_in(const struct extent *n, const real *x, double *block)
{
    const struct columns units = columns_of_units(n, x);
    struct covariance c = {.of = units, .by_sample = units.size < units.count};
    c.mean = block;
    c.variance = block + units.count;
    c.product = block + 2 * units.count;
    if (c.by_sample)
        c.of = columns_across(n, x);
    c.of.less = c.by_sample ? c.mean : NULL;
    c.of.shift = c.by_sample ? NULL : c.mean;
    c.room = c.product + c.of.count * c.of.count;
    return c;
}

static size_t sums(const struct args *self, const struct extent *n)
{
    const struct columns units = columns_of_units(n, NULL);
    const size_t least = units.size < units.count ? units.size : units.count;
    (void)self;
    return 2 * units.count + least * (least + COLUMNS_ROWS);
}

static void find_moments(const struct columns *units, double *mean, double *variance)
{
    const double rows = (double)units->size;
    for (size_t i = 0; i < units->count; i++)
        mean[i] = variance[i] = 0;
    for (size_t k = 0; k < units->size; k++)
        for (size_t i = 0; i < units->count; i++)
            mean[i] += (double)units->x[k * units->along + i * units->across];
    for (size_t i = 0; i < units->count; i++)
        mean[i] /= rows;
    for (size_t k = 0; k < units->size; k++)
        for (size_t i = 0; i < units->count; i++) {
            const double off = (double)units->x[k * units->along + i * units->across] - mean[i];
            variance[i] += off * off / rows;
        }
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *block)
{
    const struct columns units = columns_of_units(n, x);
    const struct covariance c = covariance_in(n, x, block);
    (void)self;
    find_moments(&units, c.mean, c.variance);
    columns_products(&c.of, c.room, c.product);
    for (size_t i = 0; i < c.of.count * c.of.count; i++)
        c.product[i] /= (double)units.size;
    for (size_t i = 0; !c.by_sample && i < c.of.count; i++)
        c.product[i * c.of.count + i] = 0;
}

static double value(const struct args *self, const struct extent *n, const double *block)
{
    const struct covariance c = covariance_in(n, NULL, (double *)block);
    double total = 0;
    for (size_t i = 0; i < c.of.count * c.of.count; i++)
        total += c.product[i] * c.product[i];
    for (size_t i = 0; c.by_sample && i < c.of.size; i++)
        total -= c.variance[i] * c.variance[i];
    /* By samples, what is 0 is a difference of sums. */
    return penalty_strength(self) * 0.5 * (total < 0 ? 0 : total);
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *block, real *dx, bool add)
{
    const struct covariance c = covariance_in(n, x, block);
    const double rows = (double)(c.by_sample ? c.of.count : c.of.size);
    const double by = 2 * scale * penalty_strength(self) / rows;
    double *row = c.room, *to = c.room + c.of.count;
    for (size_t k = 0; k < c.of.size; k++) {
        columns_row(&c.of, k, row);
        columns_multiply(c.of.count, c.product, row, to);
        for (size_t i = 0; i < c.of.count; i++)
            to[i] = by * (to[i] - (c.by_sample ? c.variance[k] * row[i] : 0));
        columns_put(&c.of, k, to, dx, add);
    }
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE_BY("sum"),
};

const struct penalty_kind penalty_decov = {
    .entry =
        {
            .name = "decov",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "how much units vary together: the squares of their covariances",
            .use = "For codes whose units should each tell something of their own.",
            .source = "Cogswell and others 2016 (Reducing overfitting in deep networks by "
                      "decorrelating representations: DeCov)",
            .details = "strength / 2 * (norm(C)^2 - norm(diagonal of C)^2), where C is the "
                       "covariance of the units over the batch, divided by the number of samples. "
                       "Each number of a sample is a unit. The figure depends on the whole batch, "
                       "which is why reduce= is sum unless you say otherwise; a batch of one "
                       "sample has the value 0. Of a kernel the inputs stand for the samples.",
            .example = "data digits target=input\ninput 64\ndense 30 sigmoid activity=decov(0.1) "
                       "as code\ndense 64 sigmoid\nstep 5\npenalties\n",
        },
    .picture = "decov(1) at 1 ?; 0 1",
    .formula = "strength*0.5*(sum(C^2) - sum(diagonal of C^2)), C the covariance of x's units over "
               "the batch",
    .check = columns_check,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
};
