/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A BLAS library, loaded when the first product asks for it. nnr runs without one. */
#ifndef NNR_NUM_BLAS_H
#define NNR_NUM_BLAS_H

#include "num/real.h"

#include <stdbool.h>
#include <stddef.h>

/* cblas_sgemm, or cblas_dgemm in double, of a library with 32-bit sizes. */
typedef void blas_gemm(int order, int trans_a, int trans_b, int m, int n, int k, real alpha,
                       const real *a, int lda, const real *b, int ldb, real beta, real *c, int ldc);
enum { BLAS_ROW_MAJOR = 101, BLAS_NO_TRANS = 111, BLAS_TRANS = 112 };

/* The function, always the same answer; NULL: there is no library, or no memory for it. The first
 * call must come from the only thread. */
blas_gemm *blas_load(void);
/* How many bytes the vectors have with which the library computes here. What was made before this
 * processor may take it for a lesser one (OPENBLAS_CORETYPE says so too). SIZE_MAX: not one of the
 * kernels that it takes for want of better ones. */
size_t blas_vector_bytes(void);

#endif
