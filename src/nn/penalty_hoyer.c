/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

#include <math.h>

/* Of one sample or of a weight: its numbers, divided by `size`, sum up to `one` by |x|, to `two` by
 * x^2. */
struct part {
    double one, two, size;
};
enum { PART = 3 };

static size_t part_size(const struct extent *n)
{
    return n->count / n->samples;
}

static size_t sums(const struct args *self, const struct extent *n)
{
    (void)self;
    return PART * n->samples;
}

/* Squares of huge and of tiny numbers are no numbers that a quotient could be made of. */
static struct part scaled_part(size_t n, const real *x)
{
    struct part p = {0};
    for (size_t i = 0; i < n; i++)
        p.size = fmax(p.size, fabs((double)x[i]));
    for (size_t i = 0; i < n && p.size > 0; i++) {
        const double v = (double)x[i] / p.size;
        p.one += fabs(v);
        p.two += v * v;
    }
    return p;
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *to)
{
    const size_t size = part_size(n);
    (void)self;
    for (size_t s = 0; s < n->samples; s++, to += PART, x += size) {
        kernels()->powers(size, x, to);
        to[2] = 1;
        if ((to[1] > 1e-24 && to[1] < 1e24) || isnan(to[1]))
            continue;
        const struct part p = scaled_part(size, x);
        to[0] = p.one;
        to[1] = p.two;
        to[2] = p.size;
    }
}

static double value(const struct args *self, const struct extent *n, const double *from)
{
    double total = 0;
    for (size_t s = 0; s < n->samples; s++, from += PART)
        total += from[0] != 0 ? from[0] * from[0] / from[1] : 0;
    return penalty_strength(self) * total;
}

/* by * (share sign(x) - share^2 x), where share^2 may be no number. */
static void add_scaled(size_t n, double share, double by, const real *x, real *dx, bool add)
{
    for (size_t i = 0; i < n; i++) {
        const double v = (double)x[i], off = (double)((v > 0) - (v < 0)) - v * share;
        dx[i] = (real)(off != 0 ? by * share * off : 0) + (add ? dx[i] : 0);
    }
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *from, real *dx, bool add)
{
    const size_t size = part_size(n);
    const double by = 2 * scale * penalty_strength(self);
    for (size_t s = 0; s < n->samples; s++, from += PART, x += size, dx += size) {
        const double share = from[0] != 0 ? from[0] / from[1] / from[2] : 0;
        if (from[2] != 1)
            add_scaled(size, share, by, x, dx, add);
        else
            kernels()->powers_adjoint(
                size, x, (struct powers){by * share, -0.5 * by * share * share}, dx, add);
    }
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
};

const struct penalty_kind penalty_hoyer = {
    .entry =
        {
            .name = "hoyer",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "how many numbers share the sum: sparse whatever their size",
            .use = "For codes and kernels that should use few numbers at full strength: what is "
                   "large is not made smaller, as l1 does, and what is small goes to 0.",
            .source = "Yang, Wen and Li 2020 (DeepHoyer: Hoyer-Square)",
            .details = "strength * (sum |x|)^2 / sum x^2, of an activity sample by sample; 0 for x "
                       "= 0: between 1, for one number that is not 0, and how many there are, for "
                       "equal ones. Gradient 2 * strength * a/q * (sign(x) - x * a/q), where a is "
                       "sum |x| and q is sum x^2.",
            .example = "data digits target=input\ninput 64\ndense 30 relu activity=hoyer(0.01) as "
                       "code\ndense 64\nstep 5\npenalties\n",
        },
    .picture = "hoyer(1) of ? 1",
    .formula = "strength*sum(abs(x))^2/sum(x^2)",
    .by_sample = true,
    .masked = MASKED_PACKED,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
};
