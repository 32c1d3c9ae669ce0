/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The own products of each level and width against the plain loops. */
#include "check.h"

#include "base/mem.h"
#include "base/rng.h"
#include "num/blas.h"
#include "num/product_levels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct sizes {
    size_t m, n, k;
};

static void fill(real *x, size_t n, uint64_t key)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (real)(2 * rng_uniform(key, i) - 1);
}

/* Exactly that many numbers, so that a look past the end is found where memory is watched; `off`
 * numbers away from where vectors like to begin. */
static real *block(size_t n, size_t off, uint64_t key)
{
    real *x = malloc((n + off) * sizeof *x);
    assert_non_null(x);
    memset(x, 0, off * sizeof *x);
    fill(x + off, n, key);
    return x;
}

/* k roundings of sums that stay about as small as the root of k: near k / 2 units of rounding at
 * the very most, and a number left out is seen by far. */
static void compare(const struct sizes *s, const real *c, const real *plain)
{
    const double close = (double)(2 + s->k) * (double)REAL_EPSILON;
    for (size_t i = 0; i < s->m * s->n; i++)
        check_near((double)c[i], (double)plain[i], close);
}

static void check_one(gemm_run *run, enum product p, const struct sizes *s, size_t off, bool add)
{
    const size_t of_a = s->m * s->k, of_b = s->n * s->k, of_c = s->m * s->n;
    real *a = block(of_a, off, 1), *b = block(of_b, off, 2), *c = block(of_c, off, 3);
    real *plain = block(of_c, off, 3);
    if (!add) /* what is stored does not depend on what was there */
        for (size_t i = 0; i < of_c; i++)
            c[off + i] = NAN;
    run(s->m, s->n, s->k, a + off, b + off, c + off, add);
    gemm_plain(p, s->m, s->n, s->k, a + off, b + off, plain + off, add);
    compare(s, c + off, plain + off);
    free(a);
    free(b);
    free(c);
    free(plain);
}

static void check_forms(const struct products_of_width *w, const struct sizes *s, size_t off,
                        bool add)
{
    check_one(w->nn, PRODUCT_NN, s, off, add);
    check_one(w->tn, PRODUCT_TN, s, off, add);
    check_one(w->nt, PRODUCT_NT, s, off, add);
    check_one(w->nn_packed, PRODUCT_NN, s, off, add);
    check_one(w->tn_packed, PRODUCT_TN, s, off, add);
    if (s->n <= w->lanes && s->k <= PRODUCT_SHORT) {
        check_one(w->nn_short, PRODUCT_NN, s, off, add);
        check_one(w->nt_short, PRODUCT_NT, s, off, add);
    }
    if (s->n == w->lanes && s->k <= PRODUCT_SHORT)
        check_one(w->rows[s->k - 1], PRODUCT_NN, s, off, add);
    if (s->n == w->lanes && s->k == s->n)
        check_one(w->nt_square, PRODUCT_NT, s, off, add);
    if (s->n > 1)
        return;
    if (s->k <= w->lanes) {
        check_one(w->column_short, PRODUCT_NN, s, off, add);
        check_one(w->column_short, PRODUCT_NT, s, off, add);
    }
    check_one(w->column, PRODUCT_NN, s, off, add);
    check_one(w->column, PRODUCT_NT, s, off, add);
    check_one(w->tn_column, PRODUCT_TN, s, off, add);
}

static void each_width(void (*check)(const struct products_of_width *w))
{
    const struct products *all[4];
    const size_t levels = products_all(all);
    for (size_t i = 0; i < levels; i++)
        for (size_t j = 0; j < all[i]->widths; j++)
            check(all[i]->width[j]);
}

static void small_of(const struct products_of_width *w)
{
    static const size_t few[] = {1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 15, 16, 17, 20};
    enum { FEW = sizeof few / sizeof *few };
    for (size_t i = 0; i < FEW * FEW * FEW; i++) {
        const struct sizes s = {few[i % FEW], few[i / FEW % FEW], few[i / FEW / FEW]};
        check_forms(w, &s, i % 4, i % 2);
    }
}

/* Panels of two vectors by parts of k, with each number of rows left over; one panel and more. */
static void parts_of(const struct products_of_width *w)
{
    for (size_t k = 1; k <= 2 * PRODUCT_SHORT + 1; k++)
        for (size_t m = 1; m <= 9; m++)
            for (size_t panels = 1; panels <= 2; panels++) {
                const struct sizes s = {m, panels * 2 * w->lanes + (k % 3), k};
                check_one(w->nn, PRODUCT_NN, &s, m % 4, (k + m) % 2);
                check_one(w->nt, PRODUCT_NT, &s, m % 4, (k + m) % 2);
                check_one(w->nn_packed, PRODUCT_NN, &s, m % 4, (k + m) % 2);
            }
}

static void parts_of_short_sums_are_those_of_plain_loops(void **state)
{
    (void)state;
    each_width(parts_of);
}

/* Every size that has loops of its own, with each number of rows left over. */
static void fixed_of(const struct products_of_width *w)
{
    for (size_t k = 1; k <= PRODUCT_SHORT; k++)
        for (size_t n = 1; n <= w->lanes; n++)
            for (size_t m = 1; m <= 9; m++) {
                const struct sizes s = {m, n, k};
                check_forms(w, &s, (m + n) % 4, k % 2);
                check_forms(w, &s, 0, m % 2);
            }
}

static void sizes_fixed_at_compile_time_are_those_of_plain_loops(void **state)
{
    (void)state;
    each_width(fixed_of);
}

static void small_products_are_those_of_plain_loops(void **state)
{
    (void)state;
    each_width(small_of);
}

/* Every width of a panel, what is left of it, and every height of a tile; panels that are packed
 * in several parts; the shapes of real layers. */
static void odd_of(const struct products_of_width *w)
{
    static const struct sizes odd[] = {
        {32, 100, 64},   {100, 100, 320}, {320, 100, 100}, {1, 1000, 32}, {1000, 1, 32},
        {32, 1000, 1},   {32, 1, 1000},   {64, 100, 32},   {3, 70, 2100}, {2, 33, 130},
        {50, 31, 129},   {11, 47, 257},   {23, 63, 64},    {29, 65, 65},  {7, 127, 300},
        {256, 10, 1024}, {37, 256, 67},   {1070, 70, 140}, {1030, 9, 700}};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (int add = 0; add < 2; add++)
            check_forms(w, &odd[i], i % 3, add);
    for (size_t n = 21; n < 150; n += 3) {
        const struct sizes s = {1 + n % 26, n, 1 + n % 7};
        check_forms(w, &s, n % 4, n % 2);
    }
}

static void odd_products_are_those_of_plain_loops(void **state)
{
    (void)state;
    each_width(odd_of);
}

/* A number that is not one reaches exactly the results that it enters. */
static void strange_of(const struct products_of_width *w)
{
    enum { M = 13, N = 21, K = 19, ROW = 5, AT = 7 };
    const enum product forms[] = {PRODUCT_NN, PRODUCT_TN, PRODUCT_NT, PRODUCT_NN, PRODUCT_TN};
    gemm_run *const run[] = {w->nn, w->tn, w->nt, w->nn_packed, w->tn_packed};
    const real strange[] = {NAN, INFINITY, -INFINITY};
    real a[M * K], b[N * K], c[M * N];
    for (size_t f = 0; f < 5; f++)
        for (size_t t = 0; t < 3; t++) {
            for (size_t i = 0; i < N * K; i++)
                b[i] = 1;
            for (size_t i = 0; i < M * K; i++)
                a[i] = 1;
            a[forms[f] == PRODUCT_TN ? AT * M + ROW : ROW * K + AT] = strange[t];
            run[f](M, N, K, a, b, c, false);
            for (size_t i = 0; i < M * N; i++)
                if (i / N != ROW)
                    assert_true(c[i] == (real)K);
                else if (isnan(strange[t]))
                    assert_true(isnan(c[i]));
                else
                    assert_true(c[i] == strange[t]);
        }
    /* 0 * infinity is not a number, in a short column too. */
    const real zero[3] = {0, 0, 0}, far[3] = {1, INFINITY, 1};
    w->column(1, 1, 3, zero, far, c, false);
    assert_true(isnan(c[0]));
    w->tn_column(1, 1, 3, zero, far, c, false);
    assert_true(isnan(c[0]));
}

static void nan_and_infinity_go_where_they_belong(void **state)
{
    (void)state;
    each_width(strange_of);
}

/* What gemm chooses for a batch is right for the shorter last one. */
static void a_choice_holds_for_fewer_samples(void **state)
{
    (void)state;
    static const struct sizes layer[] = {{10, 8, 8},    {10, 8, 2},   {10, 1, 8},
                                         {32, 100, 64}, {32, 1, 100}, {300, 300, 300}};
    for (size_t i = 0; i < sizeof layer / sizeof *layer; i++)
        for (enum product p = PRODUCT_NN; p <= PRODUCT_NT; p++) {
            struct sizes s = layer[i];
            gemm_run *run = gemm_choose(p, s.m, s.n, s.k);
            size_t *samples = p == PRODUCT_TN ? &s.k : &s.m;
            check_one(run, p, &s, 0, true);
            for (*samples = 1; *samples < 8; ++*samples)
                check_one(run, p, &s, 1, false);
        }
}

/* A row of the result is the same bits however many rows there are. */
static void rows_of(const struct products_of_width *w)
{
    enum { M = 31, N = 37, K = 41 };
    real a[M * K], b[N * K], all[M * N], some[M * N];
    fill(a, M * K, 1);
    fill(b, N * K, 2);
    for (size_t k = K; k > 3; k /= 2) {
        w->nn(M, N, k, a, b, all, false);
        for (size_t m = 1; m < M; m++) {
            w->nn(m, N, k, a, b, some, false);
            assert_memory_equal(some, all, m * N * sizeof *all);
        }
    }
}

/* And the bits are those of larger products, whatever way is taken: a short size is no border. */
static void short_of(const struct products_of_width *w)
{
    enum { M = 11, N = 16, K = PRODUCT_SHORT };
    real a[M * K], b[N * K], all[M * N], some[M * N], turned[N * K];
    fill(a, M * K, 1);
    fill(b, N * K, 2);
    const size_t n = w->lanes < N ? w->lanes : N;
    for (size_t k = 1; k <= K; k++) {
        w->nn(M, n, k, a, b, all, false);
        w->rows[k - 1](M, n, k, a, b, some, false);
        assert_memory_equal(some, all, M * n * sizeof *all);
        w->nn_short(M, n, k, a, b, some, false);
        assert_memory_equal(some, all, M * n * sizeof *all);
        for (size_t l = 0; l < k; l++)
            for (size_t j = 0; j < n; j++)
                turned[j * k + l] = b[l * n + j];
        w->nt_short(M, n, k, a, turned, some, false);
        assert_memory_equal(some, all, M * n * sizeof *all);
        if (k != n || n != w->lanes)
            continue;
        w->nt_square(M, n, k, a, turned, some, false);
        assert_memory_equal(some, all, M * n * sizeof *all);
    }
}

static void a_short_product_has_the_bits_of_a_long_one(void **state)
{
    (void)state;
    each_width(short_of);
}

/* Nor is a column, however many stand beside it: the vectors of a panel may overlap. */
static void columns_of(const struct products_of_width *w)
{
    enum { M = 9, N = 40, K = 33 };
    real a[M * K], b[N * K], few[N * K], all[M * N], some[M * N];
    fill(a, M * K, 1);
    fill(b, N * K, 2);
    for (size_t k = K; k > 3; k /= 2)
        for (size_t n = 1; n < N; n++)
            for (int add = 0; add < 2; add++) {
                for (size_t l = 0; l < k; l++)
                    memcpy(few + l * n, b + l * N, n * sizeof *b);
                fill(all, M * N, 3);
                for (size_t i = 0; i < M; i++)
                    memcpy(some + i * n, all + i * N, n * sizeof *all);
                w->nn(M, N, k, a, b, all, add);
                w->nn(M, n, k, a, few, some, add);
                for (size_t i = 0; i < M; i++)
                    assert_memory_equal(some + i * n, all + i * N, n * sizeof *all);
            }
}

static void a_column_does_not_depend_on_the_others(void **state)
{
    (void)state;
    each_width(columns_of);
}

static void a_row_does_not_depend_on_the_others(void **state)
{
    (void)state;
    each_width(rows_of);
}

static void blas_is_the_plain_loops_too(void **state)
{
    (void)state;
    const struct sizes s = {17, 23, 29};
    for (enum product p = PRODUCT_NN; p <= PRODUCT_NT; p++)
        for (int add = 0; add < 2; add++) {
            real *a = block(s.m * s.k, 0, 1), *b = block(s.n * s.k, 0, 2);
            real *c = block(s.m * s.n, 0, 3), *plain = block(s.m * s.n, 0, 3);
            gemm_blas(p, s.m, s.n, s.k, a, b, c, add);
            gemm_plain(p, s.m, s.n, s.k, a, b, plain, add);
            compare(&s, c, plain);
            free(a);
            free(b);
            free(c);
            free(plain);
        }
}

/* 1: the largest products take another way than smaller ones, where the library is told which
 * processor it runs on; 2: there is none. The child never calls its products. */
static int leaves_own_loops(const char *core)
{
    int status = 0;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("OPENBLAS_CORETYPE", core, 1);
        gemm_run *small = gemm_choose(PRODUCT_NN, 256, 1024, 1024);
        gemm_run *large = gemm_choose(PRODUCT_NN, 2048, 1024, 1024);
        _exit(blas_load() ? large != small : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_library_with_narrower_vectors_gets_no_product(void **state)
{
    (void)state;
    const struct products *all[4];
    const struct products *own = all[products_all(all) - 1];
    const size_t bytes = own->width[own->widths - 1]->lanes * sizeof(real);
    if (leaves_own_loops("Nehalem") == 2)
        skip();
    /* The widths that Intel's manuals give: SSE of Nehalem, AVX2 of Haswell, AVX-512 of Skylake-X.
     */
    assert_int_equal(leaves_own_loops("Nehalem"), bytes <= 16);
    assert_int_equal(leaves_own_loops("Haswell"), bytes <= 32);
    if (bytes == 64)
        assert_int_equal(leaves_own_loops("SkylakeX"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First, while no library is loaded. */
        cmocka_unit_test(a_library_with_narrower_vectors_gets_no_product),
        cmocka_unit_test(sizes_fixed_at_compile_time_are_those_of_plain_loops),
        cmocka_unit_test(parts_of_short_sums_are_those_of_plain_loops),
        cmocka_unit_test(small_products_are_those_of_plain_loops),
        cmocka_unit_test(odd_products_are_those_of_plain_loops),
        cmocka_unit_test(nan_and_infinity_go_where_they_belong),
        cmocka_unit_test(a_choice_holds_for_fewer_samples),
        cmocka_unit_test(a_row_does_not_depend_on_the_others),
        cmocka_unit_test(a_column_does_not_depend_on_the_others),
        cmocka_unit_test(a_short_product_has_the_bits_of_a_long_one),
        cmocka_unit_test(blas_is_the_plain_loops_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
