/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loops of normalisation against the textbook in double, at every level of the processor. */
#include "check.h"

#include "base/rng.h"
#include "num/kernels.h"

#include <math.h>
#include <string.h>

/* More columns than a strip holds, and no multiple of anything. */
enum { COLS = 83, ROWS = 6, N = ROWS * COLS };

static const double epsilon = 0.01;
static const double close = 64 * (double)REAL_EPSILON;

/* Where the numbers of one group stand: a column, or a row. */
struct group {
    size_t first, apart, count;
};

static struct group column(size_t j)
{
    return (struct group){j, COLS, ROWS};
}

static struct group row(size_t i)
{
    return (struct group){i * COLS, 1, COLS};
}

static void moments_of(const real *x, struct group g, double *mean, double *variance)
{
    *mean = *variance = 0;
    for (size_t k = 0; k < g.count; k++)
        *mean += (double)x[g.first + k * g.apart] / (double)g.count;
    for (size_t k = 0; k < g.count; k++)
        *variance += pow((double)x[g.first + k * g.apart] - *mean, 2) / (double)g.count;
}

struct numbers {
    real x[N], dy[N], gamma[COLS], beta[COLS], start[N];
};

static struct numbers numbers(void)
{
    struct numbers n;
    real *const to[] = {n.x, n.dy, n.gamma, n.beta, n.start};
    const size_t count[] = {N, N, COLS, COLS, N};
    for (size_t k = 0; k < 5; k++)
        for (size_t i = 0; i < count[k]; i++)
            to[k][i] = (real)(4 * rng_uniform(k, i) - 1);
    return n;
}

static void check_value(const struct numbers *n, struct group g, const real *y)
{
    double mean, variance;
    moments_of(n->x, g, &mean, &variance);
    for (size_t k = 0; k < g.count; k++) {
        const size_t at = g.first + k * g.apart;
        const double z = ((double)n->x[at] - mean) / sqrt(variance + epsilon);
        const double due = z * (double)n->gamma[at % COLS] + (double)n->beta[at % COLS];
        check_near((double)y[at], due, close * fmax(1, fabs(due)));
    }
}

/* dx = (g - mean(g) - z mean(g z)) / deviation with g = gamma dy; with fixed moments g / deviation.
 */
static void check_dx(const struct numbers *n, struct group g, bool fixed, const real *dx)
{
    double mean, variance, one = 0, two = 0;
    moments_of(n->x, g, &mean, &variance);
    const double deviation = sqrt(variance + epsilon);
    for (int pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < g.count; k++) {
            const size_t at = g.first + k * g.apart;
            const double d = (double)n->gamma[at % COLS] * (double)n->dy[at];
            const double z = ((double)n->x[at] - mean) / deviation;
            const double due = (fixed ? d : d - one - z * two) / deviation + (double)n->start[at];
            if (pass)
                check_near((double)dx[at], due, 8 * close * fmax(1, fabs(due)));
            one += pass ? 0 : d / (double)g.count;
            two += pass ? 0 : d * z / (double)g.count;
        }
}

static void check_weights(const struct numbers *n, bool by_row, const real *dgamma,
                          const real *dbeta)
{
    for (size_t j = 0; j < COLS; j++) {
        double one = (double)n->start[j], two = 0;
        for (size_t i = 0; i < ROWS; i++) {
            double mean, variance;
            moments_of(n->x, by_row ? row(i) : column(j), &mean, &variance);
            const double z = ((double)n->x[i * COLS + j] - mean) / sqrt(variance + epsilon);
            one += (double)n->dy[i * COLS + j];
            two += (double)n->dy[i * COLS + j] * z;
        }
        check_near((double)dbeta[j], one, 8 * close * fmax(1, fabs(one)));
        check_near((double)dgamma[j], two, 8 * close * fmax(1, fabs(two)));
    }
}

/* dx and dbeta are added to what is there, dgamma is stored. */
static struct norm_slopes slopes(const struct numbers *n, const real *moments, real *dx,
                                 real *dgamma, real *dbeta)
{
    memcpy(dx, n->start, sizeof n->start);
    memcpy(dbeta, n->start, COLS * sizeof *dbeta);
    dgamma[0] = NAN;
    return (struct norm_slopes){.of = {ROWS, COLS, epsilon, n->x, n->gamma, n->beta},
                                .moments = moments,
                                .dy = n->dy,
                                .dx = dx,
                                .dgamma = dgamma,
                                .dbeta = dbeta,
                                .add_x = true,
                                .add_beta = true};
}

static void columns_of(const struct kernels *k)
{
    const struct numbers n = numbers();
    real y[N], moments[2 * COLS], dx[N], dgamma[COLS], dbeta[COLS];
    k->column_moments(ROWS, COLS, n.x, moments);
    for (size_t j = 0; j < COLS; j++) {
        double mean, variance;
        moments_of(n.x, column(j), &mean, &variance);
        check_near((double)moments[j], mean, close);
        check_near((double)moments[COLS + j], variance, close);
    }
    struct norm_slopes s = slopes(&n, moments, dx, dgamma, dbeta);
    k->column_norm(&s.of, moments, y);
    for (int fixed = 0; fixed < 2; fixed++) {
        s = slopes(&n, moments, dx, dgamma, dbeta);
        s.fixed = fixed;
        k->column_norm_slopes(&s);
        for (size_t j = 0; j < COLS; j++) {
            check_value(&n, column(j), y);
            check_dx(&n, column(j), fixed, dx);
        }
        check_weights(&n, false, dgamma, dbeta);
    }
}

static void rows_of(const struct kernels *k)
{
    const struct numbers n = numbers();
    real y[N], moments[2 * ROWS], dx[N], dgamma[COLS], dbeta[COLS];
    struct norm_slopes s = slopes(&n, moments, dx, dgamma, dbeta);
    k->row_norm(&s.of, moments, y);
    k->row_norm_slopes(&s);
    for (size_t i = 0; i < ROWS; i++) {
        check_value(&n, row(i), y);
        check_dx(&n, row(i), false, dx);
    }
    check_weights(&n, true, dgamma, dbeta);
}

/* A column far from 0 keeps its variance: the mean is taken away first. */
static void far_columns_of(const struct kernels *k)
{
    const real x[] = {4096, 4097, 4098};
    real moments[2];
    k->column_moments(3, 1, x, moments);
    check_near((double)moments[0], 4097, 0);
    check_near((double)moments[1], 2.0 / 3, close);
}

static void every_level_follows_the_textbook(void **state)
{
    (void)state;
    const struct kernels *all[4];
    const size_t n = kernels_all(all);
    for (size_t i = 0; i < n; i++) {
        columns_of(all[i]);
        rows_of(all[i]);
        far_columns_of(all[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_level_follows_the_textbook)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
