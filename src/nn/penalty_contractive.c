/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/activation_slope.h"
#include "nn/penalty.h"

/* sums: the total; for each unit the sum of f'^2 over the rows; and the squares of its column of
 * the kernel. d y_j / d x_i = f'(z_j) K_ij. */

static size_t units_of(const struct extent *n)
{
    return shape_last(n->shape);
}

static size_t sums(const struct args *self, const struct extent *n)
{
    (void)self;
    return 1 + 2 * units_of(n);
}

/* Slopes are taken of this many units at a time. */
enum { UNITS = 64 };

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* to[j] += the squares of column j of the kernel. */
static void add_columns(const struct inside *l, double *to)
{
    for (size_t i = 0; i < l->inputs; i++) {
        const real *k = l->kernel + i * l->units;
        for (size_t j = 0; j < l->units; j++)
            to[j] += (double)k[j] * (double)k[j];
    }
}

static void gather(const struct args *self, const struct extent *n, const struct inside *l,
                   const real *y, double *sums)
{
    double *slopes = sums + 1, *columns = slopes + l->units, first[UNITS];
    (void)self;
    sums[0] = 0;
    for (size_t j = 0; j < 2 * l->units; j++)
        slopes[j] = 0;
    for (size_t i = 0; i < n->count; i += l->units)
        for (size_t from = 0; from < l->units; from += UNITS) {
            const size_t at = i + from, some = least_of(l->units - from, UNITS);
            activation_slopes(l->activation, some, y + at, l->z ? l->z + at : NULL, first, NULL);
            for (size_t j = 0; j < some && extent_seen(n, at); j++)
                slopes[from + j] += first[j] * first[j];
        }
    add_columns(l, columns);
    for (size_t j = 0; j < l->units; j++)
        sums[0] += slopes[j] != 0 ? slopes[j] * columns[j] : 0;
}

static double value(const struct args *self, const struct extent *n, const double *sums)
{
    const double strength = penalty_strength(self);
    (void)n;
    return strength != 0 ? strength * sums[0] : 0;
}

/* Through the pre-activation: by times f' f'' and the squares of the unit's column. */
static void pull_slopes(const struct extent *n, double by, const struct inside *l, const real *y,
                        const double *columns, real *dz, bool add)
{
    double first[UNITS], second[UNITS];
    if (add && !activation_is_bent(l->activation.code))
        return;
    for (size_t i = 0; i < n->count; i += l->units)
        for (size_t from = 0; from < l->units; from += UNITS) {
            const size_t at = i + from, some = least_of(l->units - from, UNITS);
            activation_slopes(l->activation, some, y + at, l->z ? l->z + at : NULL, first, second);
            for (size_t j = 0; j < some; j++) {
                const double slope = extent_seen(n, at) ? by * first[j] * second[j] : 0;
                const double more = slope != 0 ? slope * columns[from + j] : 0;
                dz[at + j] = (real)(more + (add ? (double)dz[at + j] : 0));
            }
        }
}

static void pull_kernel(double by, const struct inside *l, const double *slopes, real *dkernel,
                        bool add)
{
    for (size_t i = 0; i < l->inputs; i++) {
        const real *k = l->kernel + i * l->units;
        real *d = dkernel + i * l->units;
        for (size_t j = 0; j < l->units; j++)
            d[j] = (real)(by * slopes[j] * (double)k[j] + (add ? (double)d[j] : 0));
    }
}

static void adjoint(const struct args *self, const struct extent *n, double scale,
                    const struct inside *l, const real *y, double *sums,
                    const struct inside_slopes *to)
{
    const double by = 2 * scale * penalty_strength(self);
    const double *slopes = sums + 1, *columns = slopes + l->units;
    if (to->dz)
        pull_slopes(n, by, l, y, columns, to->dz, to->add_z);
    if (to->dkernel)
        pull_kernel(by, l, slopes, to->dkernel, to->add_kernel);
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
};

const struct penalty_kind penalty_contractive = {
    .entry =
        {
            .name = "contractive",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "how much the output moves when the input does",
            .use =
                "For codes that change little when the input is disturbed, without disturbing it: "
                "autoencoders, and layers whose input is noisy.",
            .source = "Rifai et al. 2011, Contractive auto-encoders",
            .details =
                "strength * the sum over the batch of the squared Frobenius norm of the layer's "
                "Jacobian, sum over i and j of (f'(z_j) K_ij)^2. It is for the activity of a dense "
                "layer whose activation works number by number, other than prelu and jumprelu, and "
                "its gradient goes into the "
                "kernel and through the pre-activation z alike. What the input itself depends on "
                "is "
                "left out: it is the Jacobian of this very layer. At a corner of the activation "
                "the "
                "slopes are those of the backward pass. With kernel_dropout f' is that of the step "
                "and K is whole. Other systems have no such thing; where a system puts an activity "
                "penalty on a layer's input, this one stays where it is.",
            .example = "data digits target=input\ninput 64\ndense 30 sigmoid "
                       "activity=contractive(0.1) as code\ndense 64 sigmoid\nstep 5\npenalties\n",
        },
    .formula = "strength*sum(f'(z)^2 * sum(kernel^2, axis=0))",
    .masked = MASKED_KNOWN,
    .sums = sums,
    .gather_inside = gather,
    .value = value,
    .adjoint_inside = adjoint,
};
