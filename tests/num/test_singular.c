/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Singular values against worked matrices and against what holds for all matrices. */
#include "check.h"

#include "base/mem.h"
#include "num/singular.h"

static const double near_enough = sizeof(real) == sizeof(double) ? 1e-13 : 1e-6;

static void values_of(const real *a, size_t rows, size_t cols, double *to)
{
    struct err e = {0};
    assert_int_equal(singular_values(a, rows, cols, NULL, to, &e), 0);
}

static void worked_matrices(void **state)
{
    (void)state;
    static const struct {
        size_t rows, cols;
        real a[12];
        double due[3];
    } cases[] = {
        {3, 3, {3, 0, 0, 0, -2, 0, 0, 0, 1}, {3, 2, 1}},
        /* A'A = [25 20; 20 25], with eigenvalues 45 and 5. */
        {2, 2, {3, 0, 4, 5}, {6.70820393249936909, 2.23606797749978970}},
        /* One row or column: its length. */
        {1, 3, {2, -3, 6}, {7}},
        {4, 1, {1, 1, -1, 1}, {2}},
        {1, 1, {-5}, {5}},
        /* (1 2 2)' (3 4): the lengths' product, and 0. */
        {3, 2, {3, 4, 6, 8, 6, 8}, {15, 0}},
        /* A'A = [17 22; 22 29] + ... of [1 2; 3 4; 5 6]: [35 44; 44 56], 91/2 +- sqrt(8185)/2. */
        {3, 2, {1, 2, 3, 4, 5, 6}, {9.52551809156510837, 0.514300580658644}},
        {2, 3, {1, 3, 5, 2, 4, 6}, {9.52551809156510837, 0.514300580658644}},
        {2, 3, {0, 0, 0, 0, 0, 0}, {0, 0}},
        {2, 2, {(real)1e30, 0, 0, (real)2e30}, {2e30, 1e30}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t n = cases[i].rows < cases[i].cols ? cases[i].rows : cases[i].cols;
        double to[3];
        values_of(cases[i].a, cases[i].rows, cases[i].cols, to);
        for (size_t k = 0; k < n; k++)
            check_near(to[k], cases[i].due[k], near_enough * (1 + cases[i].due[0]));
    }
}

/* The values of the Hilbert matrix of order 5, from 1.57 down to 3.3e-6 (Matlab's gallery). */
static void the_hilbert_matrix(void **state)
{
    (void)state;
    static const double due[] = {1.567050691098231, 0.208534218611013, 0.011407491623419,
                                 0.000305898040151, 0.000003287928772};
    real a[25];
    double to[5];
    for (size_t i = 0; i < 25; i++)
        a[i] = (real)(1 / (double)(i / 5 + i % 5 + 1));
    values_of(a, 5, 5, to);
    for (size_t i = 0; i < 5; i++)
        check_near(to[i], due[i], sizeof(real) == sizeof(double) ? 1e-14 : 1e-7);
}

/* The sum of squares is that of the numbers, a transposed matrix has the same values, and they
 * fall. */
static void what_holds_for_all(void **state)
{
    (void)state;
    enum { MOST = 40 };
    unsigned seed = 7;
    for (size_t rows = 1; rows <= MOST; rows += 13)
        for (size_t cols = 1; cols <= MOST; cols += 3) {
            real a[MOST * MOST], turned[MOST * MOST];
            double to[MOST], back[MOST], all = 0, sum = 0;
            for (size_t i = 0; i < rows * cols; i++) {
                seed = seed * 1103515245 + 12345;
                a[i] = (real)((double)(seed >> 8 & 0xFFFF) / 32768 - 1);
                turned[i % cols * rows + i / cols] = a[i];
                all += (double)a[i] * (double)a[i];
            }
            values_of(a, rows, cols, to);
            values_of(turned, cols, rows, back);
            for (size_t i = 0; i < (rows < cols ? rows : cols); i++) {
                sum += to[i] * to[i];
                check_near(to[i], back[i], 1e-13 * (1 + to[0]));
                assert_true(!i || to[i] <= to[i - 1]);
            }
            check_near(sum, all, 1e-12 * all);
        }
}

static bool always(void *self)
{
    (void)self;
    return true;
}

static void it_can_be_stopped_and_run_out_of_memory(void **state)
{
    (void)state;
    const struct stop stop = {.asked = always};
    const real a[4] = {1, 2, 3, 4};
    double to[2];
    struct err e = {0};
    assert_int_equal(singular_values(a, 2, 2, &stop, to, &e), -1);
    assert_int_equal(e.kind, ERR_STOPPED);
    for (long n = 1; n <= 4; n++) {
        e = (struct err){0};
        mem_fail_at(n);
        assert_int_equal(singular_values(a, 2, 2, NULL, to, &e), -1);
        mem_fail_at(0);
        assert_int_equal(e.kind, ERR_MEMORY);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_matrices),
        cmocka_unit_test(the_hilbert_matrix),
        cmocka_unit_test(what_holds_for_all),
        cmocka_unit_test(it_can_be_stopped_and_run_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
