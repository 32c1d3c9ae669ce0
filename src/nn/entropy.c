/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/entropy.h"

#include "num/clones.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

enum { LANES = 8 };

#ifdef NNR_DOUBLE

static inline double log_of(double x)
{
    return x > 0 ? log(x) : 0;
}

#else

/* x = 2^n m with m from sqrt(1/2) to sqrt(2), log x = n log 2 + log m, and log m = 2 artanh of
 * s = (m - 1) / (m + 1) by its series (next term 1e-9 of it). What is not a normal number above 0
 * gives some finite number. */
static inline float log_of(float x)
{
    uint32_t bits;
    float m;
    memcpy(&bits, &x, sizeof bits);
    const int32_t shifted = (int32_t)(bits - 0x3f3504f3U), n = shifted >> 23;
    bits -= (uint32_t)n << 23;
    memcpy(&m, &bits, sizeof m);
    const float s = (m - 1) / (m + 1), z = s * s;
    const float series = z * (1.0F / 3 + z * (1.0F / 5 + z * (1.0F / 7 + z * (1.0F / 9))));
    return (float)n * 0.693147181F + 2 * (s + s * series);
}

#endif

int entropy_check(const struct args *self, const struct shape *shape, bool activity, struct err *e)
{
    (void)shape;
    if (activity)
        return 0;
    err_at(e, self->where, "%s is for activities that are probabilities, and weights are none",
           self->entry->name);
    return err_hint(e, "write it in the slot of a sigmoid or softmax layer: activity=%s(...)",
                    self->entry->name);
}

size_t entropy_sums(const struct args *self, const struct extent *n)
{
    (void)self;
    (void)n;
    return 1;
}

/* The sum of x log x; not a number if an x is not from 0 to 1. */
FOR_ALL_LEVELS static double sum_of_logs(size_t n, const real *x)
{
    double sum[LANES] = {0}, all = 0;
    int wrong[LANES] = {0}, any = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) {
            const real v = x[i + k];
            wrong[k] |= !(v >= 0 && v <= 1);
            sum[k] += (double)(v * log_of(v));
        }
    for (size_t k = 0; i < n; i++, k++) {
        wrong[k] |= !(x[i] >= 0 && x[i] <= 1);
        sum[k] += (double)(x[i] * log_of(x[i]));
    }
    for (size_t k = 0; k < LANES; k++) {
        all += sum[k];
        any |= wrong[k];
    }
    return any ? (double)NAN : all;
}

void entropy_gather(const struct args *self, const struct extent *n, const real *x, double *sums)
{
    (void)self;
    sums[0] = sum_of_logs(n->count, x);
}

FOR_ALL_LEVELS static void add_slopes(size_t n, real by, const real *x, real *restrict dx, bool add)
{
    for (size_t i = 0; i < n; i++) {
        const real v = x[i] > 0 ? by * (log_of(x[i]) + 1) : 0;
        dx[i] = v + (add ? dx[i] : 0);
    }
}

void entropy_slopes(size_t n, double by, const real *x, real *dx, bool add)
{
    add_slopes(n, (real)by, x, dx, add);
}
