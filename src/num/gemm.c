/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/gemm.h"

#include "num/blas.h"
#include "num/product_levels.h"

static const struct products *own_products(void)
{
    static const struct products *best;
    if (!best) {
        const struct products *all[4];
        best = all[products_all(all) - 1];
    }
    return best;
}

/* The narrowest vectors that span so many numbers; else the widest. */
static const struct products_of_width *width_spanning(size_t count)
{
    const struct products *own = own_products();
    size_t i = 0;
    while (i + 1 < own->widths && own->width[i]->lanes < count)
        i++;
    return own->width[i];
}

/* The borders below were measured with tests/bench/bench_products.c, in float with AVX-512. Above
 * the large ones a no longer stays in the second cache while the panels of b pass; and own loops
 * know one thread only. */
enum { NN_PACKED = 4000000, TN_PACKED = 2000000, TN_LARGE = 160000000, LARGE = 350000000 };

/* Whether a product is for the library: where its vectors are half as wide it takes about twice
 * the time of own loops, at any size. */
static bool is_for_blas(enum product p, size_t work)
{
    const struct products *own = own_products();
    return work > (p == PRODUCT_TN ? TN_LARGE : LARGE) && blas_load() &&
           blas_vector_bytes() >= own->width[own->widths - 1]->lanes * sizeof(real);
}

static gemm_run *choose_column(enum product p, size_t m, size_t k)
{
    const struct products_of_width *w = width_spanning(p == PRODUCT_TN ? m : k);
    return p == PRODUCT_TN ? w->tn_column : k <= w->lanes ? w->column_short : w->column;
}

/* The way of own loops. */
static gemm_run *choose_own(enum product p, size_t m, size_t n, size_t k)
{
    const size_t work = m * n * k;
    const struct products_of_width *w = width_spanning(n);
    const bool is_short = n <= w->lanes && k <= PRODUCT_SHORT;
    if (n == 1)
        return choose_column(p, m, k);
    if (p == PRODUCT_TN)
        return work > TN_PACKED && k >= 8 ? w->tn_packed : w->tn;
    /* b[n][1] and b[1][n] are the same numbers. */
    if (p == PRODUCT_NT && k > 1)
        return n == w->lanes && k == n ? w->nt_square : is_short ? w->nt_short : w->nt;
    if (is_short)
        return n == w->lanes ? w->rows[k - 1] : w->nn_short;
    return work > NN_PACKED && m >= 8 ? w->nn_packed : w->nn;
}

void gemm_blas(enum product p, size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
               bool add)
{
    blas_gemm *run = blas_load();
    const int ta = p == PRODUCT_TN ? BLAS_TRANS : BLAS_NO_TRANS;
    const int tb = p == PRODUCT_NT ? BLAS_TRANS : BLAS_NO_TRANS;
    const size_t lda = p == PRODUCT_TN ? m : k, ldb = p == PRODUCT_NT ? k : n;
    if (!run)
        choose_own(p, m, n, k)(m, n, k, a, b, c, add);
    else
        run(BLAS_ROW_MAJOR, ta, tb, (int)m, (int)n, (int)k, R(1.0), a, (int)lda, b, (int)ldb,
            add ? R(1.0) : R(0.0), c, (int)n);
}

static void blas_nn(size_t m, size_t n, size_t k, const real *a, const real *b, real *c, bool add)
{
    gemm_blas(PRODUCT_NN, m, n, k, a, b, c, add);
}

static void blas_tn(size_t m, size_t n, size_t k, const real *a, const real *b, real *c, bool add)
{
    gemm_blas(PRODUCT_TN, m, n, k, a, b, c, add);
}

static void blas_nt(size_t m, size_t n, size_t k, const real *a, const real *b, real *c, bool add)
{
    gemm_blas(PRODUCT_NT, m, n, k, a, b, c, add);
}

gemm_run *gemm_choose(enum product p, size_t m, size_t n, size_t k)
{
    if (n == 1 || !is_for_blas(p, m * n * k))
        return choose_own(p, m, n, k);
    return p == PRODUCT_TN ? blas_tn : p == PRODUCT_NT ? blas_nt : blas_nn;
}

void gemm(enum product p, size_t m, size_t n, size_t k, const real *a, const real *b, real *c,
          bool add)
{
    gemm_choose(p, m, n, k)(m, n, k, a, b, c, add);
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
