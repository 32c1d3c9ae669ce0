/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "build.h"
#include "check.h"
#include "folder.h"

#include "base/rng.h"
#include "num/real.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The first values of a tensor of `shape` under a path, as a layer would be given them. */
static real *fill(const char *init, struct shape shape, uint64_t seed, const char *path)
{
    char text[400];
    snprintf(text, sizeof text, "input 2 as x\ndense 2 kernel_init=%s as h\n", init);
    struct arena arena = {0};
    struct script script;
    struct err e = {0};
    assert_int_equal(build_parse(&arena, text, &script, &e), 0);
    struct args *a =
        build_bind(&arena, text, &script.statement[1], table_find(&layer_kinds, "dense"), &e);
    if (!a)
        fail_msg("%s: %s", init, e.what);
    real *to = mem_block(shape_count(&shape), sizeof *to);
    assert_non_null(to);
    const struct args *call = args_get(a, "kernel_init")->as.call;
    assert_int_equal(init_check(call, &shape, &e), 0);
    assert_int_equal(init_fill(call, &shape, seed, path, NULL, to, &e), 0);
    arena_finish(&arena);
    return to;
}

static struct shape matrix(uint32_t rows, uint32_t cols)
{
    return (struct shape){.axes = 2, .size = {rows, cols}};
}

enum { ROWS = 300, COLS = 200, N = ROWS * COLS };

struct sample {
    double mean, variance, fourth, least, most;
};

static struct sample sample_of(const real *x, size_t n)
{
    struct sample s = {.least = INFINITY, .most = -INFINITY};
    for (size_t i = 0; i < n; i++)
        s.mean += (double)x[i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        double d = (double)x[i] - s.mean;
        s.variance += d * d / (double)n;
        s.fourth += d * d * d * d / (double)n;
        s.least = fmin(s.least, (double)x[i]);
        s.most = fmax(s.most, (double)x[i]);
    }
    return s;
}

/* Mean and variance within five standard errors, and nothing beyond the limits. */
static void check_sample(const char *init, double mean, double variance, double low, double high)
{
    real *x = fill(init, matrix(ROWS, COLS), 1, "h.kernel");
    struct sample s = sample_of(x, N);
    check_near(s.mean, mean, 5 * sqrt(variance / N));
    check_near(s.variance, variance, 5 * sqrt((s.fourth - s.variance * s.variance) / N));
    /* Rounding to float may reach the limit itself. */
    assert_true(s.least >= low - 1e-7 && s.most <= high + 1e-7);
    if (isfinite(high)) {
        /* Of 60,000 uniform numbers the largest is within 1/1000 of the limit but for e^-60. */
        assert_true(s.most > mean + (high - mean) * 0.99);
        assert_true(s.least < mean - (mean - low) * 0.99);
    }
    mem_free(x);
}

static void uniform_ones_keep_their_limits(void **state)
{
    (void)state;
    const double glorot = sqrt(6.0 / (ROWS + COLS)), he = sqrt(6.0 / ROWS);
    check_sample("glorot_uniform", 0, 2.0 / (ROWS + COLS), -glorot, glorot);
    check_sample("he_uniform", 0, 2.0 / ROWS, -he, he);
    check_sample("lecun_uniform", 0, 1.0 / ROWS, -sqrt(3.0 / ROWS), sqrt(3.0 / ROWS));
    /* Variance of a uniform number: width squared over 12. */
    check_sample("uniform(-0.05, 0.3)", 0.125, 0.35 * 0.35 / 12, -0.05, 0.3);
    check_sample("uniform", 0, 0.01 / 12, -0.05, 0.05);
}

static void normal_ones_have_their_deviation_and_are_cut(void **state)
{
    (void)state;
    /* Cut at two deviations of the uncut normal, which is wider by 1 / 0.87962566. */
    const double cut = 2 / 0.87962566103423978;
    const double glorot = sqrt(2.0 / (ROWS + COLS)), he = sqrt(2.0 / ROWS),
                 lecun = sqrt(1.0 / ROWS);
    check_sample("glorot_normal", 0, glorot * glorot, -cut * glorot, cut * glorot);
    check_sample("he_normal", 0, he * he, -cut * he, cut * he);
    check_sample("lecun_normal", 0, lecun * lecun, -cut * lecun, cut * lecun);
    check_sample("normal(0.5, 0.1)", 0.5, 0.01, -INFINITY, INFINITY);
    check_sample("normal", 0, 0.0025, -INFINITY, INFINITY);
}

/* A bias of n units counts as n inputs and n outputs, as Keras takes it. */
static void a_vector_has_its_length_as_both_fans(void **state)
{
    (void)state;
    real *x = fill("glorot_uniform", shape_of(N), 1, "h.bias");
    struct sample s = sample_of(x, N);
    const double limit = sqrt(6.0 / (N + N));
    assert_true(s.most <= limit * (1 + 1e-6) && s.most > limit * 0.99);
    mem_free(x);
}

/* Keras's compute_fans of a kernel of 3x3 in 20 and out 50: 9 * 20 and 9 * 50. */
static void a_kernel_has_its_size_in_both_fans(void **state)
{
    (void)state;
    const struct shape kernel = {.axes = 4, .size = {3, 3, 20, 50}};
    const double in = 180, out = 450;
    const struct {
        const char *init;
        double limit;
    } uses[] = {{"glorot_uniform", sqrt(6 / (in + out))}, {"he_uniform", sqrt(6 / in)}};
    for (size_t i = 0; i < 2; i++) {
        real *x = fill(uses[i].init, kernel, 1, "c.kernel");
        const struct sample s = sample_of(x, shape_count(&kernel));
        assert_true(s.most <= uses[i].limit * (1 + 1e-6) && s.most > uses[i].limit * 0.99);
        mem_free(x);
    }
}

/* Keras: all axes but the last are rows. */
static void orthogonal_takes_any_number_of_axes(void **state)
{
    (void)state;
    const struct shape kernel = {.axes = 4, .size = {3, 2, 4, 5}};
    real *q = fill("orthogonal", kernel, 3, "h.kernel");
    real *as_matrix = fill("orthogonal", matrix(24, 5), 3, "h.kernel");
    assert_memory_equal(q, as_matrix, 120 * sizeof *q);
    mem_free(q);
    mem_free(as_matrix);
}

static void check_orthonormal(uint32_t rows, uint32_t cols)
{
    real *q = fill("orthogonal", matrix(rows, cols), 3, "h.kernel");
    const bool wide = rows <= cols;
    const size_t n = wide ? rows : cols, length = wide ? cols : rows;
    const double within = sizeof(real) == sizeof(double) ? 1e-12 : 1e-6;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            double dot = 0;
            for (size_t j = 0; j < length; j++)
                dot += (double)q[wide ? i * cols + j : j * cols + i] *
                       (double)q[wide ? k * cols + j : j * cols + k];
            check_near(dot, i == k, within);
        }
    mem_free(q);
}

static void orthogonal_is_orthonormal(void **state)
{
    (void)state;
    check_orthonormal(20, 20);
    check_orthonormal(7, 30);
    check_orthonormal(30, 7);
    check_orthonormal(1, 5);
}

static void fixed_ones_are_what_they_say(void **state)
{
    (void)state;
    const struct {
        const char *init;
        double expected[6];
    } cases[] = {
        {"zeros", {0}},
        {"ones", {1, 1, 1, 1, 1, 1}},
        {"constant(-0.5)", {-0.5, -0.5, -0.5, -0.5, -0.5, -0.5}},
        {"identity", {1, 0, 0, 0, 1, 0}},
        {"values(1, -2, 3, 0.25, 5, 6)", {1, -2, 3, 0.25, 5, 6}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        real *x = fill(cases[c].init, matrix(2, 3), 1, "h.kernel");
        for (size_t i = 0; i < 6; i++)
            assert_true((double)x[i] == cases[c].expected[i]);
        mem_free(x);
    }
    real *tall = fill("identity", matrix(3, 2), 1, "h.kernel");
    for (size_t i = 0; i < 6; i++)
        assert_true((double)tall[i] == (i == 0 || i == 3));
    mem_free(tall);
}

static void numbers_follow_from_seed_and_path_alone(void **state)
{
    (void)state;
    const char *const drawn[] = {"glorot_uniform", "glorot_normal", "he_uniform",
                                 "he_normal",      "lecun_uniform", "lecun_normal",
                                 "orthogonal",     "uniform",       "normal"};
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++) {
        const size_t bytes = 64 * sizeof(real);
        real *a = fill(drawn[i], matrix(8, 8), 1, "h.kernel");
        real *same = fill(drawn[i], matrix(8, 8), 1, "h.kernel");
        real *seed = fill(drawn[i], matrix(8, 8), 2, "h.kernel");
        real *path = fill(drawn[i], matrix(8, 8), 1, "g.kernel");
        assert_memory_equal(a, same, bytes);
        assert_true(memcmp(a, seed, bytes) != 0);
        assert_true(memcmp(a, path, bytes) != 0);
        mem_free(a);
        mem_free(same);
        mem_free(seed);
        mem_free(path);
    }
}

/* Both programs draw in double and round, so nnr and nnr64 start alike up to rounding. */
static void float_and_double_start_alike(void **state)
{
    (void)state;
    const char *const drawn[] = {"uniform(-1, 1)", "normal(0, 1)"};
    const uint64_t key = rng_key(7, "weight", "h.kernel", 0);
    for (size_t k = 0; k < 2; k++) {
        real *x = fill(drawn[k], matrix(10, 10), 7, "h.kernel");
        for (uint64_t i = 0; i < 100; i++) {
            const double exact = k ? rng_normal(key, i) : 2 * rng_uniform(key, i) - 1;
            check_near((double)x[i], exact, (double)REAL_EPSILON * fabs(exact));
        }
        mem_free(x);
    }
}

/* The 2x3 array [[1, -2, 3], [4, 0.5, 6]] of floats; 4 is 40800000, 0.5 is 3F000000. */
static void write_array(const char *name, const char *shape)
{
    static const unsigned char floats[] = {0, 0, 0x80, 0x3f, 0, 0, 0,    0xc0, 0, 0, 0x40, 0x40,
                                           0, 0, 0x80, 0x40, 0, 0, 0x00, 0x3f, 0, 0, 0xc0, 0x40};
    unsigned char bytes[200] = "\x93NUMPY\x01";
    int size = snprintf((char *)bytes + 10, 100,
                        "{'descr': '<f4', 'fortran_order': False, 'shape': %s}", shape);
    bytes[8] = (unsigned char)size;
    memcpy(bytes + 10 + size, floats, sizeof floats);
    folder_write(name, bytes, 10 + (size_t)size + sizeof floats);
}

static struct args *bind_npy(struct arena *arena, const char *file)
{
    char text[200];
    snprintf(text, sizeof text, "input 2 as x\ndense 3 kernel_init=npy(\"%s\") as h\n", file);
    struct script script;
    struct err e = {0};
    assert_int_equal(build_parse(arena, text, &script, &e), 0);
    const struct entry *dense = table_find(&layer_kinds, "dense");
    struct args *a = build_bind(arena, text, &script.statement[1], dense, &e);
    assert_non_null(a);
    return args_get(a, "kernel_init")->as.call;
}

static void npy_reads_a_file(void **state)
{
    (void)state;
    const double expected[] = {1, -2, 3, 4, 0.5, 6};
    static const char *const names[] = {"w.npy", "w.npy.gz"};
    for (size_t k = 0; k < 2; k++) {
        char init[40];
        write_array(names[k], "(2, 3)");
        snprintf(init, sizeof init, "npy(\"%s\")", names[k]);
        real *x = fill(init, matrix(2, 3), k, "h.kernel");
        for (size_t i = 0; i < 6; i++)
            check_near((double)x[i], expected[i], 0);
        mem_free(x);
    }
    write_array("b.npy", "(6,)");
    real *x = fill("npy(\"b.npy\")", shape_of(6), 1, "h.bias");
    check_near((double)x[5], 6, 0);
    mem_free(x);
}

static void npy_takes_the_shape_of_the_tensor_only(void **state)
{
    (void)state;
    static const struct {
        const char *shape, *what, *hint;
    } slips[] = {
        {"(3, 2)", "\"w.npy\" holds 3x2, and the tensor is 2x3", "transposed"},
        {"(6,)", "\"w.npy\" holds 6, and the tensor is 2x3", "of that shape"},
        {"(1, 2, 3)", "\"w.npy\" holds 1x2x3, and the tensor is 2x3", "of that shape"},
        {"(2, 4)", "2x4: more than it holds", "copy it again"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct arena arena = {0};
        struct err e = {0};
        struct shape due = matrix(2, 3);
        write_array("w.npy", slips[i].shape);
        assert_int_equal(init_check(bind_npy(&arena, "w.npy"), &due, &e), -1);
        check_has(e.what, slips[i].what);
        check_has(e.hint, slips[i].hint);
        arena_finish(&arena);
    }
}

/* Weights are drawn when they are first used: the file may have gone by then. */
static void npy_looks_again_when_it_reads(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err e = {0};
    struct shape due = matrix(2, 3);
    real to[6];
    write_array("w.npy", "(2, 3)");
    struct args *a = bind_npy(&arena, "w.npy");
    assert_int_equal(init_check(a, &due, &e), 0);
    write_array("w.npy", "(3, 2)");
    assert_int_equal(init_fill(a, &due, 1, "h.kernel", NULL, to, &e), -1);
    check_has(e.what, "\"w.npy\" holds 3x2");
    remove("w.npy");
    assert_int_equal(init_fill(a, &due, 1, "h.kernel", NULL, to, &e), -1);
    check_has(e.what, "\"w.npy\" cannot be read: No such file or directory");
    arena_finish(&arena);
}

static void npy_may_run_out_of_memory(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct shape due = matrix(2, 3);
    write_array("w.npy.gz", "(2, 3)");
    struct args *a = bind_npy(&arena, "w.npy.gz");
    bool failed = true;
    for (long n = 1; failed; n++) {
        struct err e = {0};
        real to[6];
        mem_fail_at(n);
        int bad = init_check(a, &due, &e) || init_fill(a, &due, 1, "h.kernel", NULL, to, &e);
        failed = mem_failed();
        mem_fail_at(0);
        assert_int_equal(bad, failed);
        assert_true(!failed || e.kind == ERR_MEMORY);
        assert_true(n < 50);
    }
    arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uniform_ones_keep_their_limits),
        cmocka_unit_test(normal_ones_have_their_deviation_and_are_cut),
        cmocka_unit_test(a_vector_has_its_length_as_both_fans),
        cmocka_unit_test(a_kernel_has_its_size_in_both_fans),
        cmocka_unit_test(orthogonal_takes_any_number_of_axes),
        cmocka_unit_test(orthogonal_is_orthonormal),
        cmocka_unit_test(fixed_ones_are_what_they_say),
        cmocka_unit_test(numbers_follow_from_seed_and_path_alone),
        cmocka_unit_test(float_and_double_start_alike),
        cmocka_unit_test(npy_reads_a_file),
        cmocka_unit_test(npy_takes_the_shape_of_the_tensor_only),
        cmocka_unit_test(npy_looks_again_when_it_reads),
        cmocka_unit_test(npy_may_run_out_of_memory),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
