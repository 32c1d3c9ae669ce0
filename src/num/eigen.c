/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Householder tridiagonalization, bisection by Sturm counts, and inverse iteration (Golub and Van
 * Loan, Matrix Computations, 8.3, 8.4 and 8.2; Wilkinson 1965). */
#include "num/eigen.h"

#include "num/clones.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* A tridiagonal matrix: diagonal[n], and beside[n - 1] it. */
struct tridiagonal {
    double *diagonal, *beside;
    size_t n;
};

FOR_ALL_LEVELS static double dot_product(size_t n, const double *x, const double *y)
{
    enum { LANES = 8 };
    double sum[LANES] = {0}, all = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            sum[k] += x[i + k] * y[i + k];
    for (size_t k = 0; i < n; i++, k++)
        sum[k] += x[i] * y[i];
    for (size_t k = 0; k < LANES; k++)
        all += sum[k];
    return all;
}

FOR_ALL_LEVELS static void add_multiple(size_t n, double by, const double *restrict x,
                                        double *restrict to)
{
    for (size_t i = 0; i < n; i++)
        to[i] += by * x[i];
}

/* x becomes the v, v.v = 2 or 0, whose reflection 1 - v v' takes it to (result, 0, 0, ...). */
static double reflect_vector(double *x, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(x[i]));
    for (size_t i = 0; i < n; i++)
        x[i] = most > 0 ? x[i] / most : 0;
    const double length = sqrt(dot_product(n, x, x)), sign = x[0] < 0 ? -1 : 1;
    if (!(length > 0))
        return 0;
    x[0] += sign * length;
    const double factor = 1 / sqrt(length * fabs(x[0]));
    for (size_t i = 0; i < n; i++)
        x[i] *= factor;
    return -sign * length * most;
}

/* The block [m][m] at a, rows n apart, becomes (1 - v v') block (1 - v v'); w[m] is worked in. */
static void reflect_block(double *a, size_t n, size_t m, const double *v, double *w)
{
    for (size_t j = 0; j < m; j++)
        w[j] = 0;
    for (size_t i = 0; i < m; i++)
        add_multiple(m, v[i], a + i * n, w);
    add_multiple(m, -dot_product(m, v, w) / 2, v, w);
    for (size_t i = 0; i < m; i++) {
        add_multiple(m, -v[i], w, a + i * n);
        add_multiple(m, -w[i], v, a + i * n);
    }
}

/* The vector of reflection k stays in row k of a, behind its diagonal. */
static void tridiagonalize_matrix(size_t n, double *a, const struct tridiagonal *t, double *w)
{
    for (size_t k = 0; k < n; k++) {
        double *v = a + k * n + k + 1;
        t->diagonal[k] = a[k * n + k];
        if (k + 1 == n)
            break;
        t->beside[k] = reflect_vector(v, n - k - 1);
        reflect_block(a + (k + 1) * (n + 1), n, n - k - 1, v, w);
    }
}

/* How many eigenvalues lie below x. */
static size_t count_below(const struct tridiagonal *t, double x, double tiny)
{
    size_t below = 0;
    double pivot = t->diagonal[0] - x;
    for (size_t i = 0;; i++) {
        if (fabs(pivot) < tiny)
            pivot = -tiny;
        below += pivot < 0;
        if (i + 1 == t->n)
            return below;
        pivot = t->diagonal[i + 1] - x - t->beside[i] * t->beside[i] / pivot;
    }
}

/* No eigenvalue is larger than the largest sum of a row (Gershgorin). */
static double find_bound(const struct tridiagonal *t)
{
    double bound = 0;
    for (size_t i = 0; i < t->n; i++) {
        const double row = fabs(t->diagonal[i]) + (i ? fabs(t->beside[i - 1]) : 0) +
                           (i + 1 < t->n ? fabs(t->beside[i]) : 0);
        if (!isfinite(row))
            return (double)NAN;
        bound = fmax(bound, row);
    }
    return bound;
}

static double find_largest(const struct tridiagonal *t, double bound, double tiny)
{
    double low = 0, high = bound * (1 + 4 * DBL_EPSILON);
    while (high - low > DBL_EPSILON * high) {
        const double middle = (low + high) / 2;
        if (middle <= low || middle >= high)
            break;
        if (count_below(t, middle, tiny) == t->n)
            high = middle;
        else
            low = middle;
    }
    return (low + high) / 2;
}

/* x = (T - at)^-1 x by elimination with row exchanges; a pivot of 0 counts as `tiny`. The upper
 * triangle has u[0], u[1], u[2] on and above its diagonal. */
static void solve_shifted(const struct tridiagonal *t, double at, double tiny, double *u[3],
                          double *x)
{
    const size_t n = t->n;
    double now = t->diagonal[0] - at, above = n > 1 ? t->beside[0] : 0;
    for (size_t i = 0; i + 1 < n; i++) {
        const double below = t->beside[i], next = t->diagonal[i + 1] - at;
        const double beyond = i + 2 < n ? t->beside[i + 1] : 0;
        const bool swaps = fabs(below) > fabs(now);
        u[0][i] = swaps ? below : now;
        u[1][i] = swaps ? next : above;
        u[2][i] = swaps ? beyond : 0;
        if (fabs(u[0][i]) < tiny)
            u[0][i] = tiny;
        const double by = (swaps ? now : below) / u[0][i], first = x[i], second = x[i + 1];
        x[i] = swaps ? second : first;
        x[i + 1] = (swaps ? first : second) - by * x[i];
        now = (swaps ? above : next) - by * u[1][i];
        above = swaps ? -by * beyond : beyond;
    }
    u[0][n - 1] = fabs(now) < tiny ? tiny : now;
    for (size_t i = n; i-- > 0;) {
        x[i] -= i + 1 < n ? u[1][i] * x[i + 1] : 0;
        x[i] -= i + 2 < n ? u[2][i] * x[i + 2] : 0;
        x[i] /= u[0][i];
    }
}

/* Makes x[n] a unit vector at right angles to the `count` vectors before it. */
static void straighten_vector(size_t n, const double *vector, size_t count, double *x)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(x[i]));
    for (size_t i = 0; i < n; i++)
        x[i] /= most;
    for (int twice = 0; twice < 2; twice++) {
        for (size_t k = 0; k < count; k++)
            add_multiple(n, -dot_product(n, vector + k * n, x), vector + k * n, x);
        const double length = sqrt(dot_product(n, x, x));
        for (size_t i = 0; i < n; i++)
            x[i] /= length;
    }
}

/* Numbers between 0.5 and 1.5 that go with no vector in particular. */
static void start_vector(size_t n, size_t which, double *x)
{
    uint64_t bits = 0x9e3779b97f4a7c15U * (which + 1);
    for (size_t i = 0; i < n; i++) {
        bits = bits * 6364136223846793005U + 1442695040888963407U;
        x[i] = 0.5 + (double)(bits >> 33) / 2147483648.0;
    }
}

static void find_vectors(const struct tridiagonal *t, double at, double tiny, double *u[3],
                         double *vector, size_t count)
{
    enum { ROUNDS = 4 };
    for (size_t k = 0; k < count; k++) {
        double *x = vector + k * t->n;
        start_vector(t->n, k, x);
        straighten_vector(t->n, vector, k, x);
        for (int round = 0; round < ROUNDS; round++) {
            solve_shifted(t, at, tiny, u, x);
            straighten_vector(t->n, vector, k, x);
        }
    }
}

size_t eigen_room(size_t n)
{
    return 5 * n;
}

double eigen_largest(size_t n, double *a, double near, double *room, double *vector, size_t *count)
{
    const struct tridiagonal t = {.diagonal = room, .beside = room + n, .n = n};
    double *u[3] = {room + 2 * n, room + 3 * n, room + 4 * n};
    tridiagonalize_matrix(n, a, &t, u[0]);
    const double bound = find_bound(&t), tiny = bound * DBL_EPSILON * DBL_EPSILON;
    if (vector)
        *count = 0;
    if (!(bound > 0))
        return bound;
    const double most = find_largest(&t, bound, tiny);
    if (!vector)
        return most;
    *count = n - count_below(&t, most * (1 - near), tiny);
    find_vectors(&t, most, tiny, u, vector, *count);
    for (size_t k = 0; k < *count; k++)
        for (size_t r = n; r-- > 0;) {
            const double *v = a + r * n + r + 1;
            double *x = vector + k * n + r + 1;
            if (r + 1 < n)
                add_multiple(n - r - 1, -dot_product(n - r - 1, v, x), v, x);
        }
    return most;
}
