/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/columns.h"

/* The products less 1 on the diagonal, then room to work in. */
static size_t sums(const struct args *self, const struct extent *n)
{
    const size_t count = columns_of_units(n, NULL).count;
    (void)self;
    return count * (count + COLUMNS_ROWS);
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *block)
{
    const struct columns c = columns_of_units(n, x);
    (void)self;
    columns_products(&c, block + c.count * c.count, block);
    for (size_t i = 0; i < c.count; i++)
        block[i * c.count + i] -= 1;
}

static double value(const struct args *self, const struct extent *n, const double *block)
{
    const size_t count = columns_of_units(n, NULL).count;
    double total = 0;
    for (size_t i = 0; i < count * count; i++)
        total += block[i] * block[i];
    return penalty_strength(self) * total;
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *block, real *dx, bool add)
{
    const struct columns c = columns_of_units(n, x);
    const double by = 4 * scale * penalty_strength(self);
    double *row = block + c.count * c.count, *to = row + c.count;
    for (size_t k = 0; k < c.size; k++) {
        columns_row(&c, k, row);
        columns_multiply(c.count, block, row, to);
        for (size_t i = 0; i < c.count; i++)
            to[i] *= by;
        columns_put(&c, k, to, dx, add);
    }
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
};

const struct penalty_kind penalty_soft_orthogonal = {
    .entry =
        {
            .name = "soft_orthogonal",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "how far a kernel's columns are from length 1 and right angles",
            .use = "For deep networks, whose signals should keep their length from layer to layer.",
            .source = "Bansal, Chen and Wang 2018 (Can we gain more from orthogonality "
                      "regularizations in training deep networks?)",
            .details =
                "strength * the squared Frobenius norm of W'W - 1, gradient 4 * strength * W (W'W "
                "- 1). A kernel with more units than inputs cannot come to 0: its value is then "
                "units - inputs at least. Of a weight with more axes all but the last are rows.",
            .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 8 tanh "
                       "kernel=soft_orthogonal(1e-2)\ndense 1 sigmoid\nstep 1\npenalties\n",
        },
    .picture = "soft_orthogonal(1) of ? 0; 0 1",
    .formula = "strength*sum((x'x - I)^2)",
    .check = columns_check_weight,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
};
