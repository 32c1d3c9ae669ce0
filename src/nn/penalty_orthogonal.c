/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/columns.h"

#include <math.h>

static const struct entry by_unit = {
    .name = "unit",
    .summary = "the columns of a kernel, the weights into each unit; of an activity the units",
    .example = "data moons 100\ninput 2\ndense 8 tanh kernel=orthogonal(1, by=unit)\n"
               "dense 1 sigmoid\nstep 1\npenalties\n",
};
static const struct entry by_input = {
    .name = "input",
    .summary = "the rows of a kernel, the weights out of each input; of an activity the samples",
    .example = "data moons 100\ninput 2\ndense 8 tanh kernel=orthogonal(1, by=input)\n"
               "dense 1 sigmoid\nstep 1\npenalties\n",
};
static const struct entry *const side_rows[] = {&by_unit, &by_input};
static const struct table sides = {"side", side_rows, 2};

/* What gather leaves: 1 / norm of each vector, the sum of |products| with the others, the
 * products, and room to work in. */
struct held {
    double *inverse, *sum, *product, *room;
};

static struct held held_in(size_t count, double *block)
{
    return (struct held){block, block + count, block + 2 * count,
                         block + 2 * count + count * count};
}

static struct columns vectors_of(const struct args *self, const struct extent *n, const real *x)
{
    return args_get(self, "by")->as.choice == &by_unit ? columns_of_units(n, x)
                                                       : columns_across(n, x);
}

static size_t sums(const struct args *self, const struct extent *n)
{
    const size_t count = vectors_of(self, n, NULL).count;
    return count * (count + 2 + COLUMNS_ROWS);
}

/* scale[i] = 1 / the norm of vector i, 0 of a vector that is 0; most is worked in. */
static void find_inverses(const struct columns *c, double *scale, double *most)
{
    for (size_t i = 0; i < c->count; i++)
        most[i] = scale[i] = 0;
    for (size_t k = 0; k < c->size; k++)
        for (size_t i = 0; i < c->count; i++)
            most[i] = fmax(most[i], fabs((double)c->x[k * c->along + i * c->across]));
    for (size_t k = 0; k < c->size; k++)
        for (size_t i = 0; i < c->count; i++) {
            const double v = (double)c->x[k * c->along + i * c->across] / most[i];
            scale[i] += most[i] > 0 ? v * v : 0;
        }
    for (size_t i = 0; i < c->count; i++)
        scale[i] = most[i] > 0 ? 1 / sqrt(scale[i]) / most[i] : 0;
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *block)
{
    struct columns c = vectors_of(self, n, x);
    const struct held h = held_in(c.count, block);
    find_inverses(&c, h.inverse, h.room);
    c.scale = h.inverse;
    columns_products(&c, h.room, h.product);
    for (size_t i = 0; i < c.count; i++) {
        h.product[i * c.count + i] = h.sum[i] = 0;
        for (size_t j = 0; j < c.count; j++)
            h.sum[i] += fabs(h.product[i * c.count + j]);
    }
    /* The gradient needs the signs alone. */
    for (size_t i = 0; i < c.count * c.count; i++)
        h.product[i] = (double)(h.product[i] > 0) - (double)(h.product[i] < 0);
}

/* 1 over the number of pairs; 0 when there are none. */
static double pair_share(size_t count)
{
    return count > 1 ? 2 / ((double)count * (double)(count - 1)) : 0;
}

static double value(const struct args *self, const struct extent *n, const double *block)
{
    const size_t count = vectors_of(self, n, NULL).count;
    double total = 0;
    for (size_t i = 0; i < count; i++)
        total += block[count + i];
    return penalty_strength(self) * 0.5 * total * pair_share(count);
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *block, real *dx, bool add)
{
    struct columns c = vectors_of(self, n, x);
    const struct held h = held_in(c.count, block);
    const double by = scale * penalty_strength(self) * pair_share(c.count);
    double *row = h.room, *to = h.room + c.count;
    c.scale = h.inverse;
    for (size_t k = 0; k < c.size; k++) {
        columns_row(&c, k, row);
        columns_multiply(c.count, h.product, row, to);
        for (size_t i = 0; i < c.count; i++)
            to[i] = by * (to[i] - h.sum[i] * row[i]) * h.inverse[i];
        columns_put(&c, k, to, dx, add);
    }
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    ARG("by", KEY, ARG_CHOICE, .of = &sides, .standard = "unit",
        .line = "which vectors should stand at right angles: unit (a kernel's columns) or input "
                "(its rows)"),
    REDUCE,
};

const struct penalty_kind penalty_orthogonal = {
    .entry =
        {
            .name = "orthogonal",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "how far units are from standing at right angles: the mean |cosine|",
            .use = "For units that should not learn the same.",
            .source = "Keras 3 OrthogonalRegularizer",
            .details = "strength * 0.5 * sum |P| off the diagonal / (n (n-1) / 2), where P holds "
                       "the products of the n columns of a kernel, each divided by its norm "
                       "(by=input: of its rows): between 0 and strength, the mean of |cosine| over "
                       "the pairs. It is Keras's OrthogonalRegularizer, whose mode=\"columns\" is "
                       "by=unit. Of an activity the vectors are the units over the batch, so its "
                       "samples belong together. Where vectors stand at right angles the slope of "
                       "|...| is 0; a vector that is 0 stands at right angles to all and has no "
                       "slope (Keras divides by 1e-6 at least); a single one has the value 0.",
            .example = "data moons 100\ninput 2\ndense 8 tanh kernel=orthogonal(0.1, by=input)\n"
                       "dense 8 tanh kernel=orthogonal(0.1)\ndense 1 sigmoid\nstep 1\npenalties\n",
        },
    .picture = "orthogonal(1) of ? 1; 1 1",
    .formula =
        "strength*0.5*sum(abs(P off diagonal))/(n*(n-1)/2), P = U'U, U's columns x's by unit "
        "or input, over their norms",
    .check = columns_check,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
};
