/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/columns.h"

#include "num/eigen.h"

#include <math.h>

/* Squares of singular values this near to the largest, as a share, count as equal. */
static const double near_enough = 1e-10;

/* What gather leaves: the largest |x|, the largest eigenvalue of the products of x over that, and
 * `vectors` of them. */
struct held {
    double *most, *value, *vectors;
    double *scale;   /* [count] */
    double *vector;  /* [count][count] */
    double *product; /* [count][count], used up */
    double *room;
};

/* The products of the columns or of the rows, whichever are fewer, have the same eigenvalues. */
static struct columns vectors_of(const struct extent *n, const real *x)
{
    const struct columns units = columns_of_units(n, x);
    return units.count <= units.size ? units : columns_across(n, x);
}

static struct held held_in(size_t count, double *block)
{
    struct held h = {.most = block, .value = block + 1, .vectors = block + 2};
    h.scale = block + 3;
    h.vector = h.scale + count;
    h.product = h.vector + count * count;
    h.room = h.product + count * count;
    return h;
}

static size_t sums(const struct args *self, const struct extent *n)
{
    const size_t count = vectors_of(n, NULL).count, eigen = eigen_room(count);
    const size_t rows = COLUMNS_ROWS * count;
    (void)self;
    return 3 + count + 2 * count * count + (eigen > rows ? eigen : rows);
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *block)
{
    struct columns c = vectors_of(n, x);
    const struct held h = held_in(c.count, block);
    size_t vectors;
    (void)self;
    *h.most = 0;
    for (size_t i = 0; i < n->count; i++)
        *h.most = fmax(*h.most, fabs((double)x[i]));
    for (size_t i = 0; i < c.count; i++)
        h.scale[i] = *h.most > 0 ? 1 / *h.most : 0;
    c.scale = h.scale;
    columns_products(&c, h.room, h.product);
    *h.value = eigen_largest(c.count, h.product, near_enough, h.room, h.vector, &vectors);
    *h.vectors = (double)vectors;
}

static double value(const struct args *self, const struct extent *n, const double *block)
{
    (void)n;
    return penalty_strength(self) * (block[0] * block[0] * block[1]);
}

/* row becomes its part along the vectors. */
static void project_row(size_t n, const double *vector, size_t vectors, const double *row,
                        double *to)
{
    for (size_t j = 0; j < n; j++)
        to[j] = 0;
    for (size_t k = 0; k < vectors; k++, vector += n) {
        double along = 0;
        for (size_t j = 0; j < n; j++)
            along += vector[j] * row[j];
        for (size_t j = 0; j < n; j++)
            to[j] += along * vector[j];
    }
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *block, real *dx, bool add)
{
    const struct columns c = vectors_of(n, x);
    const struct held h = held_in(c.count, block);
    const double by = *h.vectors > 0 ? 2 * scale * penalty_strength(self) / *h.vectors : 0;
    double *row = h.room, *to = h.room + c.count;
    for (size_t k = 0; k < c.size; k++) {
        columns_row(&c, k, row);
        project_row(c.count, h.vector, (size_t)*h.vectors, row, to);
        for (size_t i = 0; i < c.count; i++)
            to[i] *= by;
        columns_put(&c, k, to, dx, add);
    }
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
};

const struct penalty_kind penalty_spectral = {
    .entry =
        {
            .name = "spectral",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "the square of a kernel's largest singular value",
            .use = "For outputs that should not move much when the inputs are disturbed a little; "
                   "kernels of up to some hundreds of units.",
            .source = "Yoshida and Miyato 2017 (Spectral norm regularization for improving the "
                      "generalizability of deep learning), who have half of it",
            .details = "strength * sigma^2, where sigma is the most that the kernel can stretch a "
                       "vector; gradient 2 * strength * sigma * u v'. sigma is exact, not a step "
                       "of the power iteration: each step costs a decomposition of the smaller "
                       "side. Where several singular values are the largest (their squares within "
                       "1e-10, as a share) there are many slopes, and the mean over them is taken: "
                       "u v' becomes the mean of theirs. A kernel of 0 has the value 0 and no "
                       "slope. Of a weight with more axes all but the last are rows.",
            .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 8 tanh kernel=spectral(1e-2)\n"
                       "dense 1 sigmoid\nstep 1\npenalties\n",
        },
    .picture = "spectral(1) of ? 0; 0 1",
    .formula = "strength*sigma^2, sigma the largest singular value of x",
    .check = columns_check_weight,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
};
