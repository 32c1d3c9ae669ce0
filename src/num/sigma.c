/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest eigenvalue of the smaller of a'a and a a', whose root loses nothing, as it is the
 * largest: Householder tridiagonalization, bisection with Sturm's count (Golub and Van Loan, Matrix
 * Computations, 8.3 and 8.4), and the vector of a twisted factorization (Parlett and Dhillon,
 * Linear Algebra and its Applications 267, 1997). */
#include "num/sigma.h"

#include "num/reflect.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* A symmetric matrix a[n][n], and what it becomes: d on the diagonal, e beside it. */
struct tridiagonal {
    double *a, *d, *e;
    double *p, *w; /* room for n */
    size_t n;
};

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t sigma_room(size_t rows, size_t cols)
{
    const size_t n = least_of(rows, cols);
    return n * n + 4 * n;
}

static double largest_size(const real *a, size_t count)
{
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, fabs((double)a[i]));
    return most;
}

/* a[n][n] = the products of the columns of x[rows][n], numbers divided by `most`; row[n] is room.
 */
static void column_products(const real *x, size_t rows, size_t n, double most, double *row,
                            double *a)
{
    for (size_t i = 0; i < n * n; i++)
        a[i] = 0;
    for (size_t r = 0; r < rows; r++) {
        for (size_t k = 0; k < n; k++)
            row[k] = (double)x[r * n + k] / most;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < n; k++)
                a[i * n + k] += row[i] * row[k];
    }
}

/* The same of the rows of x[n][cols]; column[n] is room. */
static void row_products(const real *x, size_t n, size_t cols, double most, double *column,
                         double *a)
{
    for (size_t i = 0; i < n * n; i++)
        a[i] = 0;
    for (size_t c = 0; c < cols; c++) {
        for (size_t k = 0; k < n; k++)
            column[k] = (double)x[k * cols + c] / most;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < n; k++)
                a[i * n + k] += column[i] * column[k];
    }
}

/* The part of a behind row and column j becomes H a H with H = 1 - v v'. */
static void reflect_rest(const struct tridiagonal *t, size_t j, const double *v)
{
    const size_t n = t->n, left = n - j - 1;
    double *at = t->a + (j + 1) * n + j + 1, dot = 0;
    for (size_t i = 0; i < left; i++)
        t->p[i] = 0;
    for (size_t i = 0; i < left; i++)
        for (size_t k = 0; k < left; k++)
            t->p[k] += v[i] * at[i * n + k];
    for (size_t i = 0; i < left; i++)
        dot += v[i] * t->p[i];
    for (size_t i = 0; i < left; i++)
        t->w[i] = t->p[i] - dot / 2 * v[i];
    for (size_t i = 0; i < left; i++)
        for (size_t k = 0; k < left; k++)
            at[i * n + k] -= v[i] * t->w[k] + t->w[i] * v[k];
}

/* Row j of a then has, behind the diagonal, the vector of reflection j. */
static void make_tridiagonal(const struct tridiagonal *t)
{
    for (size_t j = 0; j < t->n; j++) {
        double *v = t->a + j * t->n + j + 1;
        t->d[j] = t->a[j * t->n + j];
        if (j + 1 == t->n)
            break;
        t->e[j] = j + 2 < t->n ? reflect_vector(v, 1, t->n - j - 1, v) : v[0];
        if (j + 2 < t->n)
            reflect_rest(t, j, v);
    }
}

/* A pivot that is not 0. */
static double held_pivot(double pivot, double tiny)
{
    return fabs(pivot) < tiny ? -tiny : pivot;
}

static bool all_below(const struct tridiagonal *t, double x, double tiny)
{
    double pivot = held_pivot(t->d[0] - x, tiny);
    for (size_t i = 1; i < t->n && pivot < 0; i++)
        pivot = held_pivot(t->d[i] - x - t->e[i - 1] * t->e[i - 1] / pivot, tiny);
    return pivot < 0;
}

/* The eigenvalues are 0 or more, and none is larger than the largest sum of a row (Gershgorin). */
static double largest_eigenvalue(const struct tridiagonal *t, double *tiny)
{
    double low = 0, high = 0;
    for (size_t i = 0; i < t->n; i++)
        high =
            fmax(high, t->d[i] + (i ? fabs(t->e[i - 1]) : 0) + (i + 1 < t->n ? fabs(t->e[i]) : 0));
    *tiny = DBL_EPSILON * DBL_EPSILON * high;
    high *= 1 + 4 * DBL_EPSILON;
    for (;;) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high)
            return high;
        if (all_below(t, middle, *tiny))
            high = middle;
        else
            low = middle;
    }
}

/* z[n], of any length, with (T - x) z = 0. */
static void find_vector(const struct tridiagonal *t, double x, double tiny, double *z)
{
    const size_t n = t->n;
    double *down = t->p, *up = t->w;
    size_t twist = 0;
    down[0] = held_pivot(t->d[0] - x, tiny);
    for (size_t i = 1; i < n; i++)
        down[i] = held_pivot(t->d[i] - x - t->e[i - 1] * t->e[i - 1] / down[i - 1], tiny);
    up[n - 1] = held_pivot(t->d[n - 1] - x, tiny);
    for (size_t i = n - 1; i-- > 0;)
        up[i] = held_pivot(t->d[i] - x - t->e[i] * t->e[i] / up[i + 1], tiny);
    for (size_t i = 1; i < n; i++)
        if (fabs(down[i] + up[i] - (t->d[i] - x)) <
            fabs(down[twist] + up[twist] - (t->d[twist] - x)))
            twist = i;
    z[twist] = 1;
    for (size_t i = twist; i-- > 0;)
        z[i] = -t->e[i] / down[i] * z[i + 1];
    for (size_t i = twist; i + 1 < n; i++)
        z[i + 1] = -t->e[i] / up[i + 1] * z[i];
}

/* From the basis of T to that of a, as a unit vector. */
static void reflect_back(const struct tridiagonal *t, double *z)
{
    double sum = 0;
    for (size_t j = t->n > 2 ? t->n - 2 : 0; j-- > 0;) {
        const double *v = t->a + j * t->n + j + 1;
        double dot = 0;
        for (size_t i = j + 1; i < t->n; i++)
            dot += v[i - j - 1] * z[i];
        for (size_t i = j + 1; i < t->n; i++)
            z[i] -= dot * v[i - j - 1];
    }
    for (size_t i = 0; i < t->n; i++)
        sum += z[i] * z[i];
    for (size_t i = 0; i < t->n; i++)
        z[i] /= sqrt(sum);
}

/* to = a v, or a'u, brought to length 1. */
static void other_vector(const real *a, size_t rows, size_t cols, double most, const double *u,
                         const double *v, double *to)
{
    const size_t n = u ? cols : rows;
    double sum = 0;
    for (size_t k = 0; k < n; k++)
        to[k] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < cols; k++)
            to[u ? k : i] += (double)a[i * cols + k] / most * (u ? u[i] : v[k]);
    for (size_t k = 0; k < n; k++)
        sum += to[k] * to[k];
    for (size_t k = 0; k < n; k++)
        to[k] /= sqrt(sum);
}

static double no_vectors(size_t rows, size_t cols, double *u, double *v)
{
    for (size_t i = 0; u && i < rows; i++)
        u[i] = 0;
    for (size_t k = 0; v && k < cols; k++)
        v[k] = 0;
    return 0;
}

double sigma_largest(const real *a, size_t rows, size_t cols, double *room, double *u, double *v)
{
    const size_t n = least_of(rows, cols);
    const double most = largest_size(a, rows * cols);
    const struct tridiagonal t = {.a = room,
                                  .d = room + n * n,
                                  .e = room + n * n + n,
                                  .p = room + n * n + 2 * n,
                                  .w = room + n * n + 3 * n,
                                  .n = n};
    double tiny;
    if (!(most > 0))
        return no_vectors(rows, cols, u, v);
    if (cols == n)
        column_products(a, rows, n, most, t.p, t.a);
    else
        row_products(a, n, cols, most, t.p, t.a);
    make_tridiagonal(&t);
    const double square = largest_eigenvalue(&t, &tiny);
    if (u && v) {
        double *z = cols == n ? v : u;
        find_vector(&t, square, tiny, z);
        reflect_back(&t, z);
        other_vector(a, rows, cols, most, cols == n ? NULL : u, cols == n ? v : NULL,
                     cols == n ? u : v);
    }
    return fmin(most * sqrt(square), DBL_MAX);
}
