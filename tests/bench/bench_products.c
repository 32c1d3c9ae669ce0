/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Own products against BLAS by shape, in turns: GFLOP/s of the median round of each, and the median
 * of the ratios within a round. Arguments: nothing. */
#include "base/mem.h"
#include "base/rng.h"
#include "num/gemm.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 15 };

static const struct shape {
    const char *what;
    enum product p;
    size_t m, n, k;
} shapes[] = {
    {"playground first", PRODUCT_NN, 10, 8, 2},    {"playground", PRODUCT_NN, 10, 8, 8},
    {"playground last", PRODUCT_NN, 10, 1, 8},     {"playground first dW", PRODUCT_TN, 2, 8, 10},
    {"playground dW", PRODUCT_TN, 8, 8, 10},       {"playground last dW", PRODUCT_TN, 8, 1, 10},
    {"playground dx", PRODUCT_NT, 10, 8, 8},       {"playground last dx", PRODUCT_NT, 10, 8, 1},
    {"square 16", PRODUCT_NN, 16, 16, 16},         {"square 32", PRODUCT_NN, 32, 32, 32},
    {"square 32 dx", PRODUCT_NT, 32, 32, 32},      {"square 64", PRODUCT_NN, 64, 64, 64},
    {"square 64 dW", PRODUCT_TN, 64, 64, 64},      {"square 64 dx", PRODUCT_NT, 64, 64, 64},
    {"timesteps", PRODUCT_NN, 320, 100, 100},      {"timesteps dW", PRODUCT_TN, 100, 100, 320},
    {"timesteps dx", PRODUCT_NT, 320, 100, 100},   {"timesteps out", PRODUCT_NN, 32, 1, 1000},
    {"timesteps out dW", PRODUCT_TN, 1000, 1, 32}, {"timesteps out dx", PRODUCT_NT, 32, 1000, 1},
    {"encoder", PRODUCT_NN, 32, 100, 64},          {"encoder dW", PRODUCT_TN, 64, 100, 32},
    {"decoder", PRODUCT_NN, 32, 64, 100},          {"decoder dW", PRODUCT_TN, 100, 64, 32},
    {"decoder dx", PRODUCT_NT, 32, 100, 64},       {"one sample", PRODUCT_NN, 1, 256, 256},
    {"one sample dW", PRODUCT_TN, 256, 256, 1},    {"one sample dx", PRODUCT_NT, 1, 256, 256},
    {"square 128", PRODUCT_NN, 128, 128, 128},     {"square 128 dW", PRODUCT_TN, 128, 128, 128},
    {"square 128 dx", PRODUCT_NT, 128, 128, 128},  {"32x256x256", PRODUCT_NN, 32, 256, 256},
    {"32x256x256 dW", PRODUCT_TN, 256, 256, 32},   {"32x256x256 dx", PRODUCT_NT, 32, 256, 256},
    {"square 256", PRODUCT_NN, 256, 256, 256},     {"square 256 dW", PRODUCT_TN, 256, 256, 256},
    {"square 256 dx", PRODUCT_NT, 256, 256, 256},  {"128x512x512", PRODUCT_NN, 128, 512, 512},
    {"128x512x512 dW", PRODUCT_TN, 512, 512, 128}, {"128x512x512 dx", PRODUCT_NT, 128, 512, 512},
    {"wide out", PRODUCT_NN, 256, 10, 1024},       {"wide out dW", PRODUCT_TN, 1024, 10, 256},
    {"wide out dx", PRODUCT_NT, 256, 1024, 10},    {"wide first", PRODUCT_NN, 256, 1024, 784},
    {"wide", PRODUCT_NN, 256, 1024, 1024},         {"wide dW", PRODUCT_TN, 1024, 1024, 256},
    {"wide dx", PRODUCT_NT, 256, 1024, 1024},
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int order(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x)
{
    qsort(x, ROUNDS, sizeof *x, order);
    return x[ROUNDS / 2];
}

struct arrays {
    real *a, *b, *c;
};

static double time_of(const struct shape *s, const struct arrays *x, gemm_run *run, size_t times)
{
    const double begin = now();
    for (size_t i = 0; i < times; i++)
        if (run)
            run(s->m, s->n, s->k, x->a, x->b, x->c, false);
        else
            gemm_blas(s->p, s->m, s->n, s->k, x->a, x->b, x->c, false);
    return now() - begin;
}

static void measure(const struct shape *s, const struct arrays *x)
{
    const double flop = 2.0 * (double)s->m * (double)s->n * (double)s->k;
    const size_t times = (size_t)(5e7 / flop) + 1 < 100000 ? (size_t)(5e7 / flop) + 1 : 100000;
    const double all = flop * (double)times * 1e-9;
    gemm_run *run = gemm_choose(s->p, s->m, s->n, s->k);
    double own[ROUNDS], blas[ROUNDS], ratio[ROUNDS];
    time_of(s, x, run, times);
    time_of(s, x, NULL, times);
    for (int r = 0; r < ROUNDS; r++) {
        own[r] = all / time_of(s, x, run, times);
        blas[r] = all / time_of(s, x, NULL, times);
        ratio[r] = own[r] / blas[r];
    }
    static const char *const names[] = {"NN", "TN", "NT"};
    printf("%-20s %s %4zu %4zu %4zu %8.1f %8.1f %8.2f\n", s->what, names[s->p], s->m, s->n, s->k,
           median(own), median(blas), median(ratio));
}

int main(void)
{
    enum { MOST = 1024 * 1024 };
    struct arrays x = {mem_block(MOST, sizeof(real)), mem_block(MOST, sizeof(real)),
                       mem_block(MOST, sizeof(real))};
    for (size_t i = 0; x.a && x.b && x.c && i < MOST; i++) {
        x.a[i] = (real)rng_uniform(1, i);
        x.b[i] = (real)rng_uniform(2, i);
    }
    printf("GFLOP/s                  m    n    k   chosen     blas    ratio\n");
    for (size_t i = 0; x.a && x.b && x.c && i < sizeof shapes / sizeof *shapes; i++)
        measure(&shapes[i], &x);
    mem_free(x.a);
    mem_free(x.b);
    mem_free(x.c);
    return 0;
}
