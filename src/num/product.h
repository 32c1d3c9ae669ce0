/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Own loops for products of small matrices, compiled once for each level of the instruction set.
 * What chooses among them and BLAS is in num/gemm.h. */
#ifndef NNR_NUM_PRODUCT_H
#define NNR_NUM_PRODUCT_H

#include "num/gemm.h"

enum { PRODUCT_SHORT = 16 };

/* With vectors of that many numbers. Each form takes any sizes but those said. */
struct products_of_width {
    size_t lanes;
    gemm_run *nn, *tn, *nt;
    gemm_run *nn_packed, *tn_packed; /* for larger b */
    gemm_run *nn_short, *nt_short;   /* with n <= lanes and k <= PRODUCT_SHORT */
    gemm_run *nt_square;             /* with n = k = lanes */
    gemm_run *const *rows;           /* for each k <= PRODUCT_SHORT, NN with n = lanes */
    gemm_run *column;                /* NN and NT with n = 1 */
    gemm_run *column_short;          /* where k <= lanes too */
    gemm_run *tn_column;             /* TN with n = 1 */
};

struct products {
    const struct products_of_width *const *width; /* narrowest first */
    size_t widths;
};

#endif
