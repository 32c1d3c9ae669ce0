/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

#include <math.h>

/* A mean of exactly 0 or 1 (a dead unit) would give an infinite value: it is held this far inside.
 */
static const double margin = 1e-7;

/* Row-major rows x units: the batch, or a weight's first axis, by all the others. */
struct matrix {
    size_t rows, units;
};

static struct matrix matrix_of(const struct extent *n)
{
    const size_t rows = n->activity ? n->samples : n->shape->size[0];
    return (struct matrix){rows, n->count / rows};
}

/* A mean for each unit, and room for a slope for each. */
static size_t sums(const struct args *self, const struct extent *n)
{
    (void)self;
    return 2 * matrix_of(n).units;
}

/* A unit of a step that is masked in all samples has the mean p, which has no value and no slope.
 */
static void gather_seen(const struct args *self, const struct extent *n, const real *x,
                        double *mean)
{
    const struct matrix m = matrix_of(n);
    for (size_t i = 0; i < m.rows * m.units; i++)
        mean[i % m.units] += extent_seen(n, i) ? (double)x[i] : 0;
    for (size_t j = 0; j < m.units; j++) {
        const size_t rows = extent_samples(n, j);
        mean[j] = rows ? mean[j] / (double)rows : self->arg[1].as.number;
    }
}

/* d[j] is the slope of a unit by its mean, times scale. */
static void adjoint_seen(const struct extent *n, const double *d, real *dx, bool add)
{
    const struct matrix m = matrix_of(n);
    for (size_t i = 0; i < m.rows * m.units; i++)
        dx[i] = (extent_seen(n, i) ? (real)d[i % m.units] : 0) + (add ? dx[i] : 0);
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *mean)
{
    const struct matrix m = matrix_of(n);
    (void)self;
    for (size_t j = 0; j < m.units; j++)
        mean[j] = 0;
    if (n->seen) {
        gather_seen(self, n, x, mean);
        return;
    }
    for (size_t i = 0; i < m.rows; i++)
        for (size_t j = 0; j < m.units; j++)
            mean[j] += (double)x[i * m.units + j];
    for (size_t j = 0; j < m.units; j++)
        mean[j] /= (double)m.rows;
}

static double held_mean(double q)
{
    return fmax(margin, fmin(q, 1 - margin));
}

static double value(const struct args *self, const struct extent *n, const double *mean)
{
    const double strength = self->arg[0].as.number, p = self->arg[1].as.number;
    const size_t units = matrix_of(n).units;
    double total = 0;
    for (size_t j = 0; j < units && strength != 0; j++) {
        const double q = held_mean(mean[j]);
        const bool share = mean[j] >= 0 && mean[j] <= 1;
        total += share ? p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)) : NAN;
    }
    return strength * total;
}

/* d/dq of a unit's part; 0 where q is held. */
static double unit_slope(double p, double q)
{
    return q > margin && q < 1 - margin ? (1 - p) / (1 - q) - p / q : 0;
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *mean, real *dx, bool add)
{
    const struct matrix m = matrix_of(n);
    const double by = scale * self->arg[0].as.number;
    double *d = mean + m.units;
    (void)x;
    for (size_t j = 0; j < m.units; j++) {
        const size_t rows = n->seen ? extent_samples(n, j) : m.rows;
        d[j] = rows ? by / (double)rows * unit_slope(self->arg[1].as.number, mean[j]) : 0;
    }
    if (n->seen) {
        adjoint_seen(n, d, dx, add);
        return;
    }
    for (size_t i = 0; i < m.rows; i++) {
        real *row = dx + i * m.units;
        for (size_t j = 0; j < m.units; j++)
            row[j] = (real)d[j] + (add ? row[j] : 0);
    }
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    ARG("p", POSITIONAL, ARG_NUMBER, .standard = "0.05", .min = 0, .above = true, .max = 0.999,
        .line = "how active a unit should be on average"),
    REDUCE_BY("sum"),
};

const struct penalty_kind penalty_kl = {
    .entry =
        {
            .name = "kl",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "how far each unit's mean activity is from p",
            .use = "For sigmoid codes in which every unit is on now and then, p of the time; a "
                   "unit that is never on is pulled up, as l1 never does.",
            .source = "Ng 2011 (Sparse autoencoder, CS294A notes)",
            .details =
                "strength * the sum over units of p*log(p/q) + (1-p)*log((1-p)/(1-q)), where q is "
                "the unit's mean over the batch: the divergence of Kullback and Leibler between "
                "coins of p and q. It is for sigmoid "
                "units: a mean below 0 or above 1 is not a number, and the step is refused. A mean "
                "of exactly 0 or 1, a dead unit, is held 1e-7 inside and has no slope. The figure "
                "depends on the whole batch, which is why reduce= is sum unless you say otherwise; "
                "a kernel's q is the mean over its inputs.",
            .example = "data digits target=input\ninput 64\ndense 30 sigmoid activity=kl(0.1, "
                       "p=0.05) as code\ndense 64 sigmoid\nstep 5\npenalties\n",
        },
    .formula = "strength*sum(where(mean(x, axis=0) >= 0 and mean(x, axis=0) <= 1, "
               "p*log(p/max(1e-7, min(mean(x, axis=0), 1 - 1e-7))) + "
               "(1 - p)*log((1 - p)/(1 - max(1e-7, min(mean(x, axis=0), 1 - 1e-7)))), 0/0))",
    .picture = "kl(1) of ? from 0.02 to 0.7",
    .masked = MASKED_KNOWN,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
};
