/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Householder bidiagonalization (Golub and Kahan 1965), and bisection on the tridiagonal matrix
 * with a zero diagonal whose eigenvalues are plus and minus the singular values (Golub and Van
 * Loan, Matrix Computations, 8.4 and 8.6). */
#include "num/singular.h"

#include "base/mem.h"
#include "num/reflect.h"

#include <float.h>

/* a[rows][cols], rows >= cols. */
struct matrix {
    double *a, *v, *w; /* v[rows] and w[cols]: room for one reflection */
    size_t rows, cols;
};

/* The larger side becomes the rows; the largest number becomes 1 or -1. Returns what it was. */
static double fill_matrix(struct matrix *m, const real *a, size_t rows, size_t cols)
{
    double most = 0;
    for (size_t i = 0; i < rows * cols; i++)
        most = fmax(most, fabs((double)a[i]));
    for (size_t i = 0; i < rows && most > 0; i++)
        for (size_t k = 0; k < cols; k++)
            m->a[rows >= cols ? i * cols + k : k * rows + i] = (double)a[i * cols + k] / most;
    return most;
}

/* A -= v (A'v)' on rows and columns from (top, left) on. */
static void from_left(const struct matrix *m, size_t top, size_t left)
{
    for (size_t k = left; k < m->cols; k++)
        m->w[k] = 0;
    for (size_t i = top; i < m->rows; i++)
        for (size_t k = left; k < m->cols; k++)
            m->w[k] += m->v[i - top] * m->a[i * m->cols + k];
    for (size_t i = top; i < m->rows; i++)
        for (size_t k = left; k < m->cols; k++)
            m->a[i * m->cols + k] -= m->v[i - top] * m->w[k];
}

/* A -= (A v) v' on rows and columns from (top, left) on. */
static void from_right(const struct matrix *m, size_t top, size_t left)
{
    for (size_t i = top; i < m->rows; i++) {
        double *row = m->a + i * m->cols + left, dot = 0;
        for (size_t k = 0; k < m->cols - left; k++)
            dot += row[k] * m->v[k];
        for (size_t k = 0; k < m->cols - left; k++)
            row[k] -= dot * m->v[k];
    }
}

/* Writes the diagonal and what stands beside it by turns into to[2 cols - 1]. */
static void bidiagonalize_matrix(const struct matrix *m, const struct stop *stop, double *to)
{
    for (size_t k = 0; k < m->cols && !stop_asked(stop); k++) {
        to[2 * k] = reflect_vector(m->a + k * m->cols + k, m->cols, m->rows - k, m->v);
        from_left(m, k, k + 1);
        if (k + 1 == m->cols)
            break;
        to[2 * k + 1] = reflect_vector(m->a + k * m->cols + k + 1, 1, m->cols - k - 1, m->v);
        from_right(m, k + 1, k + 1);
    }
}

/* How many eigenvalues of the tridiagonal matrix with zero diagonal and b[n - 1] beside it lie
 * below x (Sturm). */
static size_t count_below(const double *b, size_t n, double x)
{
    const double tiny = DBL_EPSILON * DBL_EPSILON;
    size_t below = 0;
    double pivot = -x;
    for (size_t i = 0;; i++) {
        if (fabs(pivot) < tiny)
            pivot = -tiny;
        below += pivot < 0;
        if (i + 1 == n)
            return below;
        pivot = -x - b[i] * b[i] / pivot;
    }
}

/* The i-th largest of n: of the 2 n eigenvalues, 2 n - i are not above it. */
static double find_value(const double *b, size_t n, size_t i, double bound)
{
    double low = 0, high = bound;
    while (high - low > DBL_EPSILON * bound) {
        const double middle = (low + high) / 2;
        if (count_below(b, 2 * n, middle) >= 2 * n - i)
            high = middle;
        else
            low = middle;
    }
    return low > 0 ? (low + high) / 2 : 0;
}

/* No eigenvalue is larger than the largest sum beside the diagonal (Gershgorin). */
static void find_values(const double *b, size_t n, double scale, double *to)
{
    double bound = 0;
    for (size_t i = 0; i < 2 * n; i++)
        bound = fmax(bound, (i ? fabs(b[i - 1]) : 0) + (i + 1 < 2 * n ? fabs(b[i]) : 0));
    for (size_t i = 0; i < n; i++)
        to[i] = bound > 0 ? scale * find_value(b, n, i, bound * (1 + 4 * DBL_EPSILON)) : 0;
}

int singular_values(const real *a, size_t rows, size_t cols, const struct stop *stop, double *to,
                    struct err *e)
{
    struct matrix m = {.rows = rows > cols ? rows : cols, .cols = rows > cols ? cols : rows};
    m.a = mem_new(m.rows * m.cols, sizeof *m.a);
    m.v = mem_new(m.rows, sizeof *m.v);
    m.w = mem_new(m.cols, sizeof *m.w);
    double *b = mem_new(2 * m.cols, sizeof *b);
    const int failed = m.a && m.v && m.w && b ? 0 : err_memory(e);
    if (!failed) {
        const double scale = fill_matrix(&m, a, rows, cols);
        bidiagonalize_matrix(&m, stop, b);
        find_values(b, m.cols, scale, to);
    }
    mem_free(m.a);
    mem_free(m.v);
    mem_free(m.w);
    mem_free(b);
    return failed ? -1 : stop_check(stop, e);
}
