/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/differences.h"

#include "num/clones.h"

#include <math.h>

enum { LANES = 8 };

struct steps_along steps_along_axis(const struct extent *n, long axis)
{
    const struct shape *s = n->shape;
    const long batch = n->activity, at = axis < 0 ? axis + (long)s->axes : axis - batch;
    struct steps_along a = {.outer = 1, .steps = 1, .inner = n->count};
    if (at < 0 || at >= (long)s->axes)
        return a;
    a.outer = n->samples;
    a.steps = s->size[at];
    for (long i = 0; i < at; i++)
        a.outer *= s->size[i];
    a.inner = n->count / (a.outer * a.steps);
    return a;
}

double count_differences(const struct steps_along *a)
{
    const size_t n = a->outer * (a->steps - 1) * a->inner;
    return n ? (double)n : 1;
}

/* Of x[i + apart] - x[i] for i < n: sums[0] += |d|, sums[1] += d^2. */
FOR_ALL_LEVELS static void add_differences(size_t n, size_t apart, const real *x, double *sums)
{
    double one[LANES] = {0}, two[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            const double d = (double)x[i + k + apart] - (double)x[i + k];
            one[k] += fabs(d);
            two[k] += d * d;
        }
    for (size_t k = 0; i < n; i++, k++) {
        const double d = (double)x[i + apart] - (double)x[i];
        one[k] += fabs(d);
        two[k] += d * d;
    }
    for (size_t k = 0; k < LANES; k++) {
        sums[0] += one[k];
        sums[1] += two[k];
    }
}

void sum_differences(const struct steps_along *a, const real *x, double *sums)
{
    sums[0] = sums[1] = 0;
    for (size_t o = 0; o < a->outer; o++)
        add_differences((a->steps - 1) * a->inner, a->inner, x + o * a->steps * a->inner, sums);
}

static inline double slope_of(double d, struct powers c)
{
    return c.c1 * ((double)(d > 0) - (double)(d < 0)) + 2 * c.c2 * d;
}

/* dx[i] = the slope of what is before it less that of what is behind it, i < n. */
FOR_ALL_LEVELS static void fill_slopes(size_t n, size_t apart, bool before, bool behind,
                                       const real *x, struct powers c, real *restrict dx, bool add)
{
    const size_t back = before ? apart : 0, ahead = behind ? apart : 0;
    for (size_t i = 0; i < n; i++) {
        const double at = (double)x[i];
        const double v =
            slope_of(at - (double)*(x + i - back), c) - slope_of((double)x[i + ahead] - at, c);
        dx[i] = (real)v + (add ? dx[i] : 0);
    }
}

void add_difference_slopes(const struct steps_along *a, const real *x, struct powers c, real *dx,
                           bool add)
{
    const size_t inner = a->inner, last = (a->steps - 1) * inner;
    for (size_t o = 0; o < a->outer; o++, x += last + inner, dx += last + inner) {
        fill_slopes(inner, inner, false, last > 0, x, c, dx, add);
        if (!last)
            continue;
        fill_slopes(last - inner, inner, true, true, x + inner, c, dx + inner, add);
        fill_slopes(inner, inner, true, false, x + last, c, dx + last, add);
    }
}
