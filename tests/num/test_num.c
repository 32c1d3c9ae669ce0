/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "base/mem.h"
#include "base/rng.h"
#include "num/flush.h"
#include "num/gemm.h"
#include "num/kernels.h"

#include <dirent.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLS = 37, ROWS = 5, N = ROWS * COLS };

/* A few units in the last place of a number of size about 1. */
static const double close = 8 * (double)REAL_EPSILON;

static void fill(real *x, size_t n, double low, double high, uint64_t key)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (real)(low + (high - low) * rng_uniform(key, i));
}

/* The textbook formulas, in double through libm. */
static double reference(enum activation a, double p, double z)
{
    const double scale = 1.0507009873554805, alpha = 1.6732632423543772;
    switch (a) {
    case ACT_RELU:
        return fmax(z, 0);
    case ACT_LEAKY_RELU:
        return z > 0 ? z : p * z;
    case ACT_ELU:
        return z > 0 ? z : p * expm1(z);
    case ACT_SELU:
        return scale * (z > 0 ? z : alpha * expm1(z));
    case ACT_GELU:
        return z * 0.5 * erfc(-z / sqrt(2));
    case ACT_SIGMOID:
        return 1 / (1 + exp(-z));
    case ACT_TANH:
        return tanh(z);
    case ACT_SOFTPLUS:
        return log1p(exp(z));
    case ACT_SWISH:
        return z / (1 + exp(-z));
    case ACT_RELU6:
        return fmin(fmax(z, 0), 6);
    case ACT_MISH:
        return z * tanh(log1p(exp(z)));
    case ACT_SOFTSIGN:
        return z / (1 + fabs(z));
    case ACT_HARD_SIGMOID:
        return fmin(fmax(p * z + 0.5, 0), 1);
    case ACT_STEP:
        return z > 0;
    default:
        return z;
    }
}

static void each_level(void (*check)(const struct kernels *k))
{
    const struct kernels *all[4];
    size_t n = kernels_all(all);
    for (size_t i = 0; i < n; i++)
        check(all[i]);
}

static void values_of(const struct kernels *k)
{
    real z[N], y[N], kept[N], bias[COLS];
    fill(z, N, -9, 9, 1);
    fill(bias, COLS, -1, 1, 2);
    for (enum activation a = ACT_LINEAR; a < ACT_SOFTMAX; a++) {
        double sums[2], one = 0, two = 0;
        memcpy(y, z, sizeof y);
        k->activate(a, 0.3, ROWS, COLS, bias, y, kept, sums);
        for (size_t i = 0; i < N; i++) {
            double x = (double)(z[i] + bias[i % COLS]), want = reference(a, 0.3, x);
            check_near((double)kept[i], x, 0);
            check_near((double)y[i], want, close * fmax(1, fabs(want)));
            one += fabs((double)y[i]);
            two += (double)y[i] * (double)y[i];
        }
        check_near(sums[0], one, close * one);
        check_near(sums[1], two, close * two);
    }
}

static void activations_are_the_textbook_formulas(void **state)
{
    (void)state;
    each_level(values_of);
}

/* tanh and exp keep their relative precision where they are small. */
static void small_and_large(const struct kernels *k)
{
    for (int e = -20; e <= 4; e++) {
        double x = ldexp(0.7, e);
        real y = (real)x;
        k->activate(ACT_TANH, 0, 1, 1, NULL, &y, NULL, NULL);
        check_near((double)y / tanh((double)(real)x), 1, close);
    }
    real s[2] = {-80, 80};
    k->activate(ACT_SIGMOID, 0, 1, 2, NULL, s, NULL, NULL);
    check_near((double)s[0] / (1 / (1 + exp(80.0))), 1, 1e-5);
    check_near((double)s[1], 1, 0);
    real far[2] = {-1e30f, 1e30f};
    k->activate(ACT_SIGMOID, 0, 1, 2, NULL, far, NULL, NULL);
    assert_true(far[0] >= 0 && far[0] < 1e-30f);
    check_near((double)far[1], 1, 0);
}

static void small_numbers_keep_their_digits(void **state)
{
    (void)state;
    each_level(small_and_large);
}

static void nan_of(const struct kernels *k)
{
    for (enum activation a = ACT_LINEAR; a <= ACT_SOFTMAX; a++) {
        real y[COLS];
        fill(y, COLS, -1, 1, 3);
        y[5] = y[COLS - 1] = NAN;
        k->activate(a, 0.3, 1, COLS, NULL, y, NULL, NULL);
        assert_true(isnan(y[5]) && isnan(y[COLS - 1]));
    }
}

static void nan_stays_nan(void **state)
{
    (void)state;
    each_level(nan_of);
}

static void softmax_of(const struct kernels *k)
{
    real y[3] = {1, 2, 1003};
    k->activate(ACT_SOFTMAX, 0, 1, 3, NULL, y, NULL, NULL);
    check_near((double)y[2], 1, 0);
    real s[3] = {0, R(0.69314718055994530942), R(1.09861228866810969140)};
    k->activate(ACT_SOFTMAX, 0, 1, 3, NULL, s, NULL, NULL);
    for (int i = 0; i < 3; i++) /* exp of 0, ln 2, ln 3 over their sum 6 */
        check_near((double)s[i], (i + 1) / 6.0, close);
}

static void softmax_is_a_share(void **state)
{
    (void)state;
    each_level(softmax_of);
}

/* d/dz of sum(w * f(z)) + c1 |f(z)| + c2 f(z)^2 by central differences of the reference. */
static void slopes_of(const struct kernels *k)
{
    real z[N], y[N], kept[N], d[N], bias[COLS];
    const struct powers c = {0.25, 0.5};
    const double h = 1e-6;
    for (enum activation a = ACT_LINEAR; a < ACT_SOFTMAX; a++) {
        fill(z, N, -3, 3, 4);
        fill(d, N, -1, 1, 5);
        real w[N];
        memcpy(w, d, sizeof w);
        memcpy(y, z, sizeof y);
        k->activate(a, 0.3, ROWS, COLS, NULL, y, kept, NULL);
        k->deactivate(a, 0.3, ROWS, COLS, y, kept, c, true, d, bias, false);
        double column = 0;
        for (size_t i = 0; i < N; i++) {
            double part[2];
            for (int s = 0; s < 2; s++) {
                double f = reference(a, 0.3, (double)z[i] + (s ? h : -h));
                part[s] = (double)w[i] * f + c.c1 * fabs(f) + c.c2 * f * f;
            }
            check_near((double)d[i], (part[1] - part[0]) / (2 * h), 1e-8 + 20 * close);
            column += i % COLS == 3 ? (double)d[i] : 0;
        }
        check_near((double)bias[3], column, 20 * close);
    }
}

static void slopes_agree_with_finite_differences(void **state)
{
    (void)state;
    each_level(slopes_of);
}

/* Jacobian of softmax: dz_i = y_i (d_i - sum d_j y_j); here against differences in double. */
static void softmax_slope_of(const struct kernels *k)
{
    const double z[4] = {0.3, -1.2, 0.8, 0.1}, w[4] = {1, -2, 0.5, 3}, h = 1e-6;
    real y[4], d[4];
    for (int i = 0; i < 4; i++) {
        y[i] = (real)z[i];
        d[i] = (real)w[i];
    }
    k->activate(ACT_SOFTMAX, 0, 1, 4, NULL, y, NULL, NULL);
    k->deactivate(ACT_SOFTMAX, 0, 1, 4, y, NULL, (struct powers){0}, true, d, NULL, false);
    for (int i = 0; i < 4; i++) {
        double part[2];
        for (int s = 0; s < 2; s++) {
            double sum = 0, dot = 0;
            for (int j = 0; j < 4; j++) {
                double e = exp(z[j] + (i == j ? (s ? h : -h) : 0));
                sum += e;
                dot += w[j] * e;
            }
            part[s] = dot / sum;
        }
        check_near((double)d[i], (part[1] - part[0]) / (2 * h), 1e-8 + close);
    }
}

static void softmax_slope_agrees_with_finite_differences(void **state)
{
    (void)state;
    each_level(softmax_slope_of);
}

static void sums_of(const struct kernels *k)
{
    enum { MANY = 1000003 };
    real *x = mem_block(MANY, sizeof *x);
    for (size_t i = 0; i < MANY; i++)
        x[i] = R(-0.1);
    double sums[2], tenth = (double)R(0.1);
    k->powers(MANY, x, sums);
    /* A million equal numbers in double: the sum of the chunks rounds the same way each time. */
    check_near(sums[0] / (MANY * tenth), 1, 1e-12 + 20 * close);
    check_near(sums[1] / (MANY * tenth * tenth), 1, 1e-12 + 20 * close);
    check_near(k->sum(MANY, x) / (-MANY * tenth), 1, 1e-10);
    check_near(k->squares(MANY, x) / (MANY * tenth * tenth), 1, 1e-12 + 20 * close);
    x[MANY - 2] = NAN;
    assert_true(isnan(k->sum(MANY, x)));
    mem_free(x);
}

static void long_sums_keep_their_digits(void **state)
{
    (void)state;
    each_level(sums_of);
}

static void adjoint_of(const struct kernels *k)
{
    const real x[4] = {0, R(-0.0), 3, -2};
    real dx[4] = {1, 1, 1, 1};
    k->powers_adjoint(4, x, (struct powers){0.5, 0.25}, dx, true);
    const double want[4] = {1, 1, 1 + 0.5 + 2 * 0.25 * 3, 1 - 0.5 - 2 * 0.25 * 2};
    for (int i = 0; i < 4; i++)
        check_near((double)dx[i], want[i], close);
    k->powers_adjoint(4, x, (struct powers){0.5, 0}, dx, false);
    check_near((double)dx[0], 0, 0);
    check_near((double)dx[3], -0.5, 0);
}

static void the_sign_of_zero_is_zero(void **state)
{
    (void)state;
    each_level(adjoint_of);
}

static void products_agree_with_plain_loops(void **state)
{
    (void)state;
    const size_t sizes[][3] = {{1, 1, 1}, {3, 1, 7}, {32, 100, 64}, {17, 5, 9}, {1, 40, 33}};
    real *a = mem_block(100 * 100, sizeof *a), *b = mem_block(100 * 100, sizeof *b);
    real *c = mem_block(100 * 100, sizeof *c), *plain = mem_block(100 * 100, sizeof *plain);
    fill(a, 10000, -1, 1, 7);
    fill(b, 10000, -1, 1, 8);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (enum product p = PRODUCT_NN; p <= PRODUCT_NT; p++)
            for (int add = 0; add < 2; add++) {
                size_t m = sizes[s][0], n = sizes[s][1], k = sizes[s][2];
                fill(c, m * n, -1, 1, 9);
                memcpy(plain, c, m * n * sizeof *c);
                gemm(p, m, n, k, a, b, c, add);
                gemm_plain(p, m, n, k, a, b, plain, add);
                for (size_t i = 0; i < m * n; i++)
                    check_near((double)c[i], (double)plain[i], (double)k * close);
            }
    /* [[1,2],[3,4]] by hand, each stored form. */
    const real x[4] = {1, 2, 3, 4}, y[4] = {5, 6, 7, 8};
    const double want[3][4] = {{19, 22, 43, 50}, {26, 30, 38, 44}, {17, 23, 39, 53}};
    for (enum product p = PRODUCT_NN; p <= PRODUCT_NT; p++) {
        gemm_plain(p, 2, 2, 2, x, y, c, false);
        for (int i = 0; i < 4; i++)
            check_near((double)c[i], want[p][i], 0);
    }
    mem_free(a);
    mem_free(b);
    mem_free(c);
    mem_free(plain);
}

/* Blocks of exactly that many numbers, so that a look past the end is found where memory is
 * watched. */
static real *exactly(size_t n, double low, double high, uint64_t key)
{
    real *x = malloc(n * sizeof *x);
    assert_non_null(x);
    fill(x, n, low, high, key);
    return x;
}

static void check_rows(const struct kernels *k, size_t rows, size_t cols)
{
    const size_t n = rows * cols;
    real *z = exactly(n, -4, 4, 1), *y = exactly(n, -4, 4, 1), *bias = exactly(cols, -1, 1, 2);
    real *kept = exactly(n, 0, 0, 0), *d = exactly(n, -1, 1, 3), *was = exactly(n, -1, 1, 3);
    real *column = exactly(cols, 5, 6, 4), *before = exactly(cols, 5, 6, 4);
    double sums[2], one = 0, two = 0;
    k->activate(ACT_TANH, 0, rows, cols, bias, y, rows % 2 ? kept : NULL, sums);
    k->deactivate(ACT_TANH, 0, rows, cols, y, NULL, (struct powers){0.25, 0.5}, true, d, column,
                  cols % 2);
    for (size_t j = 0; j < cols; j++) {
        double sum = cols % 2 ? (double)before[j] : 0;
        for (size_t i = j; i < n; i += cols) {
            const double x = (double)(z[i] + bias[j]), t = tanh(x), f = (double)y[i];
            check_near(f, t, close);
            if (rows % 2)
                check_near((double)kept[i], x, 0);
            const double g = (double)was[i] + (f > 0 ? 0.25 : f < 0 ? -0.25 : 0) + f;
            check_near((double)d[i], g * (1 - f * f), close);
            sum += (double)d[i];
            one += fabs(f);
            two += f * f;
        }
        check_near((double)column[j], sum, (double)(rows + 6) * close);
    }
    check_near(sums[0], one, (1 + one) * 4 * close);
    check_near(sums[1], two, (1 + two) * 4 * close);
    free(z);
    free(y);
    free(bias);
    free(kept);
    free(d);
    free(was);
    free(column);
    free(before);
}

/* Rows shorter than a vector, of whole vectors, and between; more than stay nearby. */
static void rows_of(const struct kernels *k)
{
    for (size_t cols = 1; cols < 40; cols++)
        for (size_t rows = 1; rows < 12; rows++)
            check_rows(k, rows, cols);
    check_rows(k, 700, 7);
    check_rows(k, 3001, 1);
    check_rows(k, 130, 33);
    check_rows(k, 300, 16);
    check_rows(k, 70, 64);
    check_rows(k, 600, 4);
    check_rows(k, 2, 2500);
}

static void rows_of_any_length(void **state)
{
    (void)state;
    each_level(rows_of);
}

static void far_of(const struct kernels *k)
{
    const real x[3] = {R(1e25), R(-2e25), R(1e20)}, t[3] = {0, R(1e25), R(1e20)};
    check_near(k->squares(3, x) / 5.0000000001e50, 1, 8 * close);
    check_near(k->difference_squares(3, x, t) / 10e50, 1, 8 * close);
    const real small[2] = {R(1e-25), R(3e-25)};
    check_near(k->squares(2, small) / 10e-50, 1, 8 * close);
    real y[4] = {INFINITY, -INFINITY, 700, -700};
    k->activate(ACT_TANH, 0, 1, 4, NULL, y, NULL, NULL);
    for (int i = 0; i < 4; i++)
        check_near((double)y[i], i % 2 ? -1 : 1, close);
}

static void squares_reach_as_far_as_double(void **state)
{
    (void)state;
    each_level(far_of);
}

/* Three steps of the formulas in double on weights of every size about 1, gradients of all sizes;
 * a weight without a gradient stays. */
static void adam_of(const struct kernels *k)
{
    enum { MANY = 53 };
    real g[MANY], w[MANY], m[MANY] = {0}, v[MANY] = {0};
    double want[MANY], dm[MANY] = {0}, dv[MANY] = {0};
    fill(w, MANY, -1, 1, 1);
    for (size_t i = 0; i < MANY; i++) {
        want[i] = (double)w[i];
        g[i] = i ? (real)(ldexp(i % 2 ? 1 : -1, (int)i % 37 - 18)) : 0;
    }
    for (int t = 1; t < 4; t++) {
        const double c1 = 1 - pow(0.9, t), c2 = 1 - pow(0.999, t);
        const struct adam_step s = {0.9, 0.999, 1e-3 / c1, 1 / sqrt(c2), 1e-7};
        k->adam(MANY, &s, g, w, m, v);
        for (size_t i = 0; i < MANY; i++) {
            dm[i] = 0.9 * dm[i] + 0.1 * (double)g[i];
            dv[i] = 0.999 * dv[i] + 0.001 * (double)g[i] * (double)g[i];
            want[i] -= 1e-3 * (dm[i] / c1) / (sqrt(dv[i] / c2) + 1e-7);
            check_near((double)w[i], want[i], 3 * close);
        }
    }
    real first;
    fill(&first, 1, -1, 1, 1);
    assert_true(w[0] == first);
}

static void adam_is_that_of_the_formulas(void **state)
{
    (void)state;
    each_level(adam_of);
}

/* w = 1, gradient 0.2, lr 0.1, epsilon 1e-8: the first step of Adam is lr g / (|g| + epsilon). */
static void optimizers_of(const struct kernels *k)
{
    real g[2] = {R(0.2), R(-0.4)}, w[2] = {1, 1}, m[2] = {0}, v[2] = {0};
    const struct adam_step s = {
        .beta1 = 0.9,
        .beta2 = 0.999,
        .rate = 0.1 / (1 - 0.9),
        .correction = 1 / sqrt(1 - 0.999),
        .epsilon = 1e-8,
    };
    k->adam(2, &s, g, w, m, v);
    check_near((double)w[0], 1 - 0.1 * 0.2 / (0.2 + 1e-8), 4 * close);
    check_near((double)w[1], 1 + 0.1 * 0.4 / (0.4 + 1e-8), 4 * close);
    const struct sgd_step plain = {.rate = 0.5};
    real u[1] = {1};
    k->sgd(1, &plain, g, u, NULL);
    check_near((double)u[0], 0.9, close);
    /* Two steps with momentum 0.9: velocity -0.1, then -0.19. */
    const struct sgd_step heavy = {.rate = 0.5, .momentum = 0.9};
    real velocity[1] = {0}, x[1] = {1};
    k->sgd(1, &heavy, g, x, velocity);
    k->sgd(1, &heavy, g, x, velocity);
    check_near((double)x[0], 1 - 0.1 - 0.19, close);
    /* Nesterov: w += 0.9 v - 0.1 with v = -0.1, then v = -0.19. */
    const struct sgd_step ahead = {.rate = 0.5, .momentum = 0.9, .nesterov = true};
    real nv[1] = {0}, nx[1] = {1};
    k->sgd(1, &ahead, g, nx, nv);
    k->sgd(1, &ahead, g, nx, nv);
    check_near((double)nx[0], 1 - (0.09 + 0.1) - (0.171 + 0.1), close);
}

static void optimizer_steps_are_the_worked_ones(void **state)
{
    (void)state;
    each_level(optimizers_of);
}

/* Two steps of RMSprop as Keras writes them, one number at a time. */
static void rmsprop_of(const struct kernels *k, bool heavy, bool centered)
{
    enum { COUNT = 37 };
    real g[COUNT], w[COUNT], v[COUNT] = {0}, u[COUNT] = {0}, a[COUNT] = {0};
    const struct rmsprop_step s = {.rate = 0.1, .rho = 0.9, .momentum = 0.8, .epsilon = 1e-7};
    double pw[COUNT], pv[COUNT] = {0}, pu[COUNT] = {0}, pa[COUNT] = {0};
    for (size_t i = 0; i < COUNT; i++)
        pw[i] = (double)(w[i] = (real)(i % 7) / 4 - 1);
    for (int step = 0; step < 2; step++) {
        for (size_t i = 0; i < COUNT; i++) {
            g[i] = (real)((double)i - 18) / (step ? -16 : 8);
            const double slope = (double)g[i];
            pv[i] = 0.9 * pv[i] + 0.1 * slope * slope;
            pa[i] = 0.9 * pa[i] + 0.1 * slope;
            const double below = pv[i] - (centered ? pa[i] * pa[i] : 0) + 1e-7;
            pu[i] = (heavy ? 0.8 * pu[i] : 0) + 0.1 * slope / sqrt(below);
            pw[i] -= pu[i];
        }
        k->rmsprop(COUNT, &s, g, w, v, heavy ? u : NULL, centered ? a : NULL);
    }
    for (size_t i = 0; i < COUNT; i++)
        check_near((double)w[i], pw[i], 16 * close);
}

static void updates_of(const struct kernels *k)
{
    for (int i = 0; i < 4; i++)
        rmsprop_of(k, i & 1, i & 2);
    /* A gradient that stays has no variance but by rounding: only epsilon is left below. */
    const struct rmsprop_step s = {.rate = 1e-9, .rho = 0.5, .epsilon = 1e-7};
    real g[1] = {R(1234.567)}, w[1] = {0}, v[1] = {0}, a[1] = {0};
    for (int i = 0; i < 200; i++)
        k->rmsprop(1, &s, g, w, v, NULL, a);
    assert_true(isfinite((double)w[0]) && w[0] < 0);
    /* sum = 0.5 + 0.09, then 0.68: w = 1 - 0.2 * 0.3 / sqrt(0.59) - 0.2 * 0.3 / sqrt(0.68). */
    real slope[2] = {R(0.3), 0}, x[2] = {1, 1}, sum[2] = {R(0.5), 0};
    k->adagrad(2, 0.2, 1e-7, slope, x, sum);
    k->adagrad(2, 0.2, 1e-7, slope, x, sum);
    check_near((double)x[0], 1 - 0.06 / sqrt(0.5900001) - 0.06 / sqrt(0.6800001), 4 * close);
    assert_true(x[1] == 1);
    enum { COUNT = 21 };
    real from[COUNT], to[COUNT], less[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        less[i] = from[i] = (real)i - 10;
    k->shrink(COUNT, 0.25, less);
    k->scale(COUNT, 0.5, from, to);
    for (size_t i = 0; i < COUNT; i++) {
        check_near((double)to[i], ((double)i - 10) / 2, 0);
        check_near((double)less[i], ((double)i - 10) * 0.75, 0);
    }
    k->clamp(COUNT, 2.5, from, to);
    for (size_t i = 0; i < COUNT; i++)
        check_near((double)to[i], fmin(fmax((double)i - 10, -2.5), 2.5), 0);
}

static void updates_are_those_of_a_plain_loop(void **state)
{
    (void)state;
    each_level(updates_of);
}

static size_t threads_of_this_process(void)
{
    DIR *d = opendir("/proc/self/task");
    size_t n = 0;
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void a_large_product_starts_no_threads(void **state)
{
    (void)state;
    enum { SIDE = 720 };
    real *x = mem_block(SIDE * SIDE, sizeof *x), *y = mem_block(SIDE * SIDE, sizeof *y);
    assert_non_null(x);
    assert_non_null(y);
    setenv("OPENBLAS_NUM_THREADS", "7", 1);
    for (size_t i = 0; i < SIDE * SIDE; i++)
        x[i] = R(0.5);
    gemm(PRODUCT_NN, SIDE, SIDE, SIDE, x, x, y, false);
    check_near((double)y[SIDE * SIDE - 1], SIDE * 0.25, 1e-3);
    assert_int_equal(threads_of_this_process(), 1);
    /* What was asked of the library is not left behind for children. */
    assert_string_equal(getenv("OPENBLAS_NUM_THREADS"), "7");
    unsetenv("OPENBLAS_NUM_THREADS");
    mem_free(x);
    mem_free(y);
}

static void tiny_numbers_are_zero_only_while_flushed(void **state)
{
    (void)state;
    /* Half the smallest normal number, made at run time. */
    volatile real smallest = REAL_LEAST, half = R(0.5), product;
    const unsigned before = flush_begin();
    product = smallest * half;
    flush_end(before);
#ifdef __SSE2__
    assert_true(product == 0);
#endif
    product = smallest * half;
    assert_true(product > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_are_the_textbook_formulas),
        cmocka_unit_test(small_numbers_keep_their_digits),
        cmocka_unit_test(nan_stays_nan),
        cmocka_unit_test(softmax_is_a_share),
        cmocka_unit_test(slopes_agree_with_finite_differences),
        cmocka_unit_test(softmax_slope_agrees_with_finite_differences),
        cmocka_unit_test(long_sums_keep_their_digits),
        cmocka_unit_test(the_sign_of_zero_is_zero),
        cmocka_unit_test(rows_of_any_length),
        cmocka_unit_test(squares_reach_as_far_as_double),
        cmocka_unit_test(adam_is_that_of_the_formulas),
        cmocka_unit_test(products_agree_with_plain_loops),
        cmocka_unit_test(optimizer_steps_are_the_worked_ones),
        cmocka_unit_test(updates_are_those_of_a_plain_loop),
        cmocka_unit_test(a_large_product_starts_no_threads),
        cmocka_unit_test(tiny_numbers_are_zero_only_while_flushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
