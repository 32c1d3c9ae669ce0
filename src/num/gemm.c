/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/gemm.h"

#include <cblas.h>

#ifdef NNR_DOUBLE
#define product_of cblas_dgemm
#else
#define product_of cblas_sgemm
#endif

void gemm(enum product p, size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
          bool add)
{
    const CBLAS_TRANSPOSE ta = p == PRODUCT_TN ? CblasTrans : CblasNoTrans;
    const CBLAS_TRANSPOSE tb = p == PRODUCT_NT ? CblasTrans : CblasNoTrans;
    const size_t lda = p == PRODUCT_TN ? m : k, ldb = p == PRODUCT_NT ? k : n;
    product_of(CblasRowMajor, ta, tb, (blasint)m, (blasint)n, (blasint)k, R(1.0), a, (blasint)lda,
               b, (blasint)ldb, add ? R(1.0) : R(0.0), c, (blasint)n);
}

void gemm_plain(enum product p, size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                bool add)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double s = add ? (double)c[i * n + j] : 0;
            for (size_t l = 0; l < k; l++) {
                real x = p == PRODUCT_TN ? a[l * m + i] : a[i * k + l];
                real y = p == PRODUCT_NT ? b[j * k + l] : b[l * n + j];
                s += (double)x * (double)y;
            }
            c[i * n + j] = (real)s;
        }
}

void gemm_threads(unsigned n)
{
    openblas_set_num_threads((int)n);
}

/* OpenBLAS itself begins with a thread for each core, and its sums depend on how many there are. */
__attribute__((constructor)) static void start_with_one(void)
{
    gemm_threads(1);
}
