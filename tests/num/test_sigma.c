/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest singular value: worked matrices, and all singular values by another way. */
#include "check.h"

#include "base/mem.h"
#include "num/sigma.h"
#include "num/singular.h"

#include <float.h>

enum { SIDE = 40 };

static double sigma_of(const real *a, size_t rows, size_t cols)
{
    double *room = mem_new(sigma_room(rows, cols), sizeof *room);
    const double sigma = sigma_largest(a, rows, cols, room);
    mem_free(room);
    return sigma;
}

static void worked_matrices(void **state)
{
    (void)state;
    static const struct {
        size_t rows, cols;
        real a[12];
        double due;
    } cases[] = {
        {3, 3, {1, 0, 0, 0, -3, 0, 0, 0, 2}, 3},
        /* A'A = [25 20; 20 25], with eigenvalues 45 and 5. */
        {2, 2, {3, 0, 4, 5}, 6.70820393249936909},
        {1, 3, {2, -3, 6}, 7},
        {4, 1, {1, 1, -1, 1}, 2},
        {1, 1, {-5}, 5},
        /* (1 2 2)' (3 4): the lengths' product. */
        {3, 2, {3, 4, 6, 8, 6, 8}, 15},
        {3, 2, {1, 2, 3, 4, 5, 6}, 9.52551809156510837},
        {2, 3, {1, 3, 5, 2, 4, 6}, 9.52551809156510837},
        /* All of them equal: the identity, a rotation by 3-4-5, two orthogonal rows. */
        {3, 3, {1, 0, 0, 0, 1, 0, 0, 0, 1}, 1},
        {2, 2, {3, -4, 4, 3}, 5},
        {2, 4, {2, 2, 0, 1, 2, -2, 1, 0}, 3},
        /* Two equal ones that hang together by nothing. */
        {3, 3, {2, 0, 0, 0, 1, 0, 0, 0, -2}, 2},
        {2, 2, {(real)1e30, 0, 0, (real)2e30}, 2e30},
        {2, 2, {(real)1e-30, 0, 0, (real)2e-30}, 2e-30},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double near_enough = i < 12 ? 1e-14 : 1e-7;
        const double sigma = sigma_of(cases[i].a, cases[i].rows, cases[i].cols);
        check_near(sigma / cases[i].due, 1, near_enough);
    }
}

static void zeros_have_none(void **state)
{
    (void)state;
    const real a[6] = {0};
    check_near(sigma_of(a, 2, 3), 0, 0);
}

/* The largest number that there is, in all places: the value has no room in it, and is finite. */
static void the_largest_numbers(void **state)
{
    (void)state;
    const real most = sizeof(real) == sizeof(double) ? (real)DBL_MAX : (real)FLT_MAX;
    const real a[4] = {most, most, most, most};
    const double sigma = sigma_of(a, 2, 2);
    assert_true(isfinite(sigma));
    if (sizeof(real) == sizeof(float))
        check_near(sigma / (double)most, 2, 1e-14);
}

static real number(unsigned *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return (real)((double)(*seed >> 8) / 8388608.0 - 1);
}

/* Of all shapes, and some of low rank: the first of all singular values. */
static void the_first_of_all(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (size_t i = 0; i < 200; i++) {
        const size_t rows = 1 + i % SIDE, cols = 1 + i * 7 % SIDE;
        real a[SIDE * SIDE];
        double all[SIDE];
        struct err e = {0};
        for (size_t k = 0; k < rows * cols; k++)
            a[k] = number(&seed);
        for (size_t k = 2 * cols; i % 3 == 0 && k < rows * cols; k++)
            a[k] = a[k - 2 * cols];
        assert_int_equal(singular_values(a, rows, cols, NULL, all, &e), 0);
        check_near(sigma_of(a, rows, cols), all[0], 1e-13 * all[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_matrices),
        cmocka_unit_test(zeros_have_none),
        cmocka_unit_test(the_largest_numbers),
        cmocka_unit_test(the_first_of_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
