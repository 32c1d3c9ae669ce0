/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of row-major matrices: c[m][n] = a * b, or c += a * b where `add`. */
#ifndef NNR_NUM_GEMM_H
#define NNR_NUM_GEMM_H

#include "num/real.h"

#include <stdbool.h>
#include <stddef.h>

/* Which operand is stored transposed: NN a[m][k] b[k][n]; TN a[k][m] b[k][n]; NT a[m][k] b[n][k].
 */
enum product { PRODUCT_NN, PRODUCT_TN, PRODUCT_NT };

/* One way to compute a product. All sizes are at least 1; c overlaps neither a nor b. */
typedef void gemm_run(size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                      bool add);
/* The way for these sizes on this processor: own loops for small ones, BLAS for large where there
 * is a library. It gives the right product for any number of samples (m, or k of TN), if slower
 * than the way for those; n, and k of NN and NT, must be those it was chosen for. */
gemm_run *gemm_choose(enum product p, size_t m, size_t n, size_t k);
/* The product in the way for its sizes. */
void gemm(enum product p, size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
          bool add);
/* Through BLAS; in own loops where there is no library. */
void gemm_blas(enum product p, size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
               bool add);
/* The same in three plain loops, sums in double: what gemm is tested against. */
void gemm_plain(enum product p, size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
                bool add);

#endif
