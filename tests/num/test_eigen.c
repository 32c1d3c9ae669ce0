/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest eigenvalue and all its vectors: worked matrices, singular values by another way, and
 * what holds for all matrices. */
#include "check.h"

#include "base/mem.h"
#include "base/rng.h"
#include "num/eigen.h"
#include "num/singular.h"

#include <math.h>
#include <string.h>

enum { SIDE = 40 };

struct found {
    double most;
    size_t count;
    double vector[SIDE * SIDE];
};

static void find(const double *a, size_t n, struct found *to)
{
    double *copy = mem_new(n * n, sizeof *copy), *room = mem_new(eigen_room(n), sizeof *room);
    memcpy(copy, a, n * n * sizeof *copy);
    to->most = eigen_largest(n, copy, 1e-10, room, to->vector, &to->count);
    mem_free(copy);
    mem_free(room);
}

/* a v = most v, and the vectors have length 1 and stand at right angles. */
static void check_vectors(const double *a, size_t n, const struct found *f)
{
    for (size_t k = 0; k < f->count; k++) {
        const double *v = f->vector + k * n;
        for (size_t i = 0; i < n; i++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++)
                sum += a[i * n + j] * v[j];
            check_near(sum / f->most, v[i], 1e-9);
        }
        for (size_t j = 0; j <= k; j++) {
            double dot = 0;
            for (size_t i = 0; i < n; i++)
                dot += v[i] * f->vector[j * n + i];
            check_near(dot, j == k, 1e-13);
        }
    }
}

static void worked_matrices(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        double a[9], most;
        size_t count;
    } cases[] = {
        {1, {7}, 7, 1},
        {2, {25, 20, 20, 25}, 45, 1},
        {2, {4, 0, 0, 4}, 4, 2},
        {3, {9, 0, 0, 0, 1, 0, 0, 0, 9}, 9, 2},
        /* 1 and 1 1 1: 4, and 1 twice. */
        {3, {2, 1, 1, 1, 2, 1, 1, 1, 2}, 4, 1},
        /* 3 - 1 1 1: 0, and 3 twice. */
        {3, {2, -1, -1, -1, 2, -1, -1, -1, 2}, 3, 2},
        {3, {1e-100, 0, 0, 0, 2e-100, 0, 0, 0, 0}, 2e-100, 1},
        {3, {0}, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct found f;
        find(cases[i].a, cases[i].n, &f);
        check_near(f.most, cases[i].most, 1e-14 * cases[i].most);
        assert_int_equal(f.count, cases[i].count);
        if (f.count)
            check_vectors(cases[i].a, cases[i].n, &f);
    }
}

/* x'x of x[n][n] random numbers, of which the last `alike` rows and columns are 30 on the diagonal
 * alone. */
static void products(uint64_t key, size_t n, size_t alike, real *x, double *a)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            x[i * n + j] = i >= n - alike || j >= n - alike ? (real)(i == j ? 30 : 0)
                                                            : (real)rng_normal(key, i * n + j);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += (double)x[k * n + i] * (double)x[k * n + j];
            a[i * n + j] = sum;
        }
}

static void the_largest_of_all_singular_values(void **state)
{
    (void)state;
    static real x[SIDE * SIDE];
    static double a[SIDE * SIDE];
    for (size_t n = 2; n <= SIDE; n++)
        for (size_t alike = 0; alike < n && alike < 4; alike++) {
            struct found f;
            double all[SIDE];
            struct err e = {0};
            products(rng_key(5, "test", "eigen", n), n, alike, x, a);
            find(a, n, &f);
            assert_int_equal(singular_values(x, n, n, NULL, all, &e), 0);
            check_near(sqrt(f.most) / all[0], 1, 1e-14);
            assert_int_equal(f.count, alike ? alike : 1);
            check_vectors(a, n, &f);
        }
}

static void what_is_no_number_has_no_vector(void **state)
{
    (void)state;
    static const double wrong[] = {(double)NAN, (double)INFINITY};
    for (size_t i = 0; i < 2; i++) {
        const double a[9] = {1, 0, wrong[i], 0, 2, 0, wrong[i], 0, wrong[i]};
        struct found f;
        find(a, 3, &f);
        assert_int_equal(f.count, 0);
        assert_true(isnan(f.most));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_matrices),
        cmocka_unit_test(the_largest_of_all_singular_values),
        cmocka_unit_test(what_is_no_number_has_no_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
