/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The element loops of this processor's best level: nanoseconds a call, and elements a nanosecond,
 * for the sizes of a small and a middle layer; medians of rounds that take turns. */
#include "base/mem.h"
#include "base/rng.h"
#include "num/flush.h"
#include "num/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 15, MOST = 1 << 17 };

struct arrays {
    real *a, *b, *c, *d;
};

static void tanh_of(size_t rows, size_t cols, const struct arrays *x)
{
    kernels()->activate(ACT_TANH, 0, rows, cols, x->b, x->a, NULL, NULL);
}

static void sigmoid_of(size_t rows, size_t cols, const struct arrays *x)
{
    kernels()->activate(ACT_SIGMOID, 0, rows, cols, x->b, x->a, NULL, NULL);
}

static void relu_sums_of(size_t rows, size_t cols, const struct arrays *x)
{
    double sums[2];
    kernels()->activate(ACT_RELU, 0, rows, cols, x->b, x->a, NULL, sums);
}

static void tanh_slope_of(size_t rows, size_t cols, const struct arrays *x)
{
    kernels()->deactivate(ACT_TANH, 0, rows, cols, x->c, NULL, (struct powers){0}, true, x->d, x->b,
                          false);
}

static void relu_penalty_slope_of(size_t rows, size_t cols, const struct arrays *x)
{
    kernels()->deactivate(ACT_RELU, 0, rows, cols, x->c, NULL, (struct powers){1e-9, 1e-9}, true,
                          x->d, x->b, false);
}

static void powers_of(size_t rows, size_t cols, const struct arrays *x)
{
    double sums[2];
    kernels()->powers(rows * cols, x->c, sums);
}

static void adjoint_of(size_t rows, size_t cols, const struct arrays *x)
{
    kernels()->powers_adjoint(rows * cols, x->c, (struct powers){1e-9, 1e-9}, x->d, true);
}

static void squares_of(size_t rows, size_t cols, const struct arrays *x)
{
    kernels()->squares(rows * cols, x->c);
}

static void adam_of(size_t rows, size_t cols, const struct arrays *x)
{
    const struct adam_step s = {0.9, 0.999, 1e-9, 1, 1e-7};
    kernels()->adam(rows * cols, &s, x->c, x->a, x->b, x->d);
}

static void sgd_of(size_t rows, size_t cols, const struct arrays *x)
{
    kernels()->sgd(rows * cols, &(struct sgd_step){.rate = 1e-9}, x->c, x->a, NULL);
}

static const struct loop {
    const char *what;
    void (*run)(size_t rows, size_t cols, const struct arrays *x);
} loops[] = {
    {"bias, tanh", tanh_of},
    {"bias, sigmoid", sigmoid_of},
    {"bias, relu, sums", relu_sums_of},
    {"tanh slope, columns", tanh_slope_of},
    {"relu and penalty slope, columns", relu_penalty_slope_of},
    {"sums of powers", powers_of},
    {"gradient of powers", adjoint_of},
    {"sum of squares", squares_of},
    {"adam", adam_of},
    {"sgd", sgd_of},
};
static const size_t sizes[][2] = {{10, 1}, {10, 8}, {32, 100}, {320, 100}};

enum { LOOPS = sizeof loops / sizeof *loops, SIZES = sizeof sizes / sizeof *sizes };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

static int order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double time_of(const struct loop *l, const size_t size[2], const struct arrays *x)
{
    const size_t times = 2000000 / (size[0] * size[1] + 50);
    for (size_t i = 0; i < size[0] * size[1]; i++) {
        x->a[i] = x->c[i] = (real)rng_uniform(1, i);
        x->b[i] = x->d[i] = (real)(1e-3 * rng_uniform(2, i));
    }
    const double begin = now();
    for (size_t i = 0; i < times; i++)
        l->run(size[0], size[1], x);
    return (now() - begin) / (double)times;
}

int main(void)
{
    struct arrays x = {mem_block(MOST, sizeof(real)), mem_block(MOST, sizeof(real)),
                       mem_block(MOST, sizeof(real)), mem_block(MOST, sizeof(real))};
    flush_begin(); /* as in training */
    static double t[LOOPS][SIZES][ROUNDS];
    if (!x.a || !x.b || !x.c || !x.d)
        return 1;
    for (int r = 0; r < ROUNDS; r++)
        for (size_t i = 0; i < LOOPS; i++)
            for (size_t j = 0; j < SIZES; j++)
                t[i][j][r] = time_of(&loops[i], sizes[j], &x);
    printf("level %s: ns a call, elements a ns\n%32s", kernels()->level, "");
    for (size_t j = 0; j < SIZES; j++)
        printf("%12zux%-4zu", sizes[j][0], sizes[j][1]);
    for (size_t i = 0; i < LOOPS; i++) {
        printf("\n%-32s", loops[i].what);
        for (size_t j = 0; j < SIZES; j++) {
            qsort(t[i][j], ROUNDS, sizeof(double), order);
            const double median = t[i][j][ROUNDS / 2];
            printf("%10.1f %6.2f", median, (double)(sizes[j][0] * sizes[j][1]) / median);
        }
    }
    printf("\n");
    mem_free(x.a);
    mem_free(x.b);
    mem_free(x.c);
    mem_free(x.d);
    return 0;
}
