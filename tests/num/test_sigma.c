/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The largest singular value and its vectors: worked matrices, all singular values by another way,
 * and what holds for all matrices. */
#include "check.h"

#include "base/mem.h"
#include "num/sigma.h"
#include "num/singular.h"

#include <float.h>

enum { SIDE = 40 };

struct found {
    double sigma, u[SIDE], v[SIDE];
};

static void find(const real *a, size_t rows, size_t cols, struct found *to)
{
    double *room = mem_new(sigma_room(rows, cols), sizeof *room);
    to->sigma = sigma_largest(a, rows, cols, room, to->u, to->v);
    const double alone = sigma_largest(a, rows, cols, room, NULL, NULL);
    check_near(alone, to->sigma, 0);
    mem_free(room);
}

/* a v = sigma u, a'u = sigma v, and both have length 1. */
static void check_vectors(const real *a, size_t rows, size_t cols, const struct found *f)
{
    double length_u = 0, length_v = 0;
    for (size_t i = 0; i < rows; i++) {
        double sum = 0;
        for (size_t k = 0; k < cols; k++)
            sum += (double)a[i * cols + k] / f->sigma * f->v[k];
        check_near(sum, f->u[i], 1e-13);
        length_u += f->u[i] * f->u[i];
    }
    for (size_t k = 0; k < cols; k++) {
        double sum = 0;
        for (size_t i = 0; i < rows; i++)
            sum += (double)a[i * cols + k] / f->sigma * f->u[i];
        check_near(sum, f->v[k], 1e-13);
        length_v += f->v[k] * f->v[k];
    }
    check_near(length_u, 1, 1e-14);
    check_near(length_v, 1, 1e-14);
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
        struct found f;
        const double near_enough = i < 12 ? 1e-14 : 1e-7;
        find(cases[i].a, cases[i].rows, cases[i].cols, &f);
        check_near(f.sigma / cases[i].due, 1, near_enough);
        check_vectors(cases[i].a, cases[i].rows, cases[i].cols, &f);
    }
}

static void zeros_have_none(void **state)
{
    (void)state;
    const real a[6] = {0};
    struct found f;
    find(a, 2, 3, &f);
    check_near(f.sigma, 0, 0);
    for (size_t i = 0; i < 3; i++) {
        check_near(f.v[i], 0, 0);
        check_near(f.u[i < 2 ? i : 0], 0, 0);
    }
}

/* The largest number that there is, in all places: the value has no room in it, and is finite. */
static void the_largest_numbers(void **state)
{
    (void)state;
    const real most = sizeof(real) == sizeof(double) ? (real)DBL_MAX : (real)FLT_MAX;
    const real a[4] = {most, most, most, most};
    struct found f;
    find(a, 2, 2, &f);
    assert_true(isfinite(f.sigma));
    if (sizeof(real) == sizeof(float))
        check_near(f.sigma / (double)most, 2, 1e-14);
    check_near(f.u[0] * f.u[0], 0.5, 1e-14);
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
        struct found f;
        struct err e = {0};
        for (size_t k = 0; k < rows * cols; k++)
            a[k] = number(&seed);
        for (size_t k = 2 * cols; i % 3 == 0 && k < rows * cols; k++)
            a[k] = a[k - 2 * cols];
        find(a, rows, cols, &f);
        assert_int_equal(singular_values(a, rows, cols, NULL, all, &e), 0);
        check_near(f.sigma, all[0], 1e-13 * all[0]);
        check_vectors(a, rows, cols, &f);
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
