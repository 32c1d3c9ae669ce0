/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The root of the largest eigenvalue of the smaller of a'a and a a', which loses nothing, as it is
 * the largest. */
#include "num/sigma.h"

#include "num/eigen.h"

#include <float.h>
#include <math.h>

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t sigma_room(size_t rows, size_t cols)
{
    const size_t n = least_of(rows, cols);
    return n * n + eigen_room(n);
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

double sigma_largest(const real *a, size_t rows, size_t cols, double *room)
{
    const size_t n = least_of(rows, cols);
    const double most = largest_size(a, rows * cols);
    double *products = room, *rest = room + n * n;
    if (!(most > 0))
        return 0;
    if (cols == n)
        column_products(a, rows, n, most, rest, products);
    else
        row_products(a, n, cols, most, rest, products);
    const double square = eigen_largest(n, products, 0, rest, NULL, NULL);
    return fmin(most * sqrt(square), DBL_MAX);
}
