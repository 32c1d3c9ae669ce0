/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiled once a level, as loops.c is: LEVEL names the table that this build defines. */
#include "num/product.h"

#include <stdint.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

#ifdef NNR_DOUBLE
#define REAL_BYTES 8
#define LEAST_LANES 2
#else
#define REAL_BYTES 4
#define LEAST_LANES 4
#endif

#ifdef __AVX512VL__
#define VECTOR_BYTES 64
#elif defined __AVX2__
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

/* Rows of the tallest tile; numbers in a packed panel, 32 KB; columns of a packed at a time. */
enum { TALLEST = 12, PACKED = 32768 / REAL_BYTES, BLOCK = 48 };

#define TILES_4(T, vecs) T(1, vecs) T(2, vecs) T(3, vecs) T(4, vecs)
#define TILES_6(T, vecs) TILES_4(T, vecs) T(5, vecs) T(6, vecs)
#define TILES_8(T, vecs) TILES_6(T, vecs) T(7, vecs) T(8, vecs)
#define TILES_12(T, vecs) TILES_8(T, vecs) T(9, vecs) T(10, vecs) T(11, vecs) T(12, vecs)

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(x) JOIN(x, LANES)
#define VEC NAME(vec)

/* The same pointer, but the compiler forgets where it came from: else it computes the addresses of
 * all rows ahead and runs out of registers. */
INLINE real *unknown(const real *p)
{
    __asm__("" : "+r"(p));
    return (real *)p;
}

#ifdef NNR_DOUBLE
#define LANES 2
#include "num/lanes.h"
#include "num/product_width.h"
#undef LANES
#endif

#if VECTOR_BYTES >= 4 * REAL_BYTES
#define LANES 4
#include "num/lanes.h"
#include "num/product_width.h"
#undef LANES
#endif

#if VECTOR_BYTES >= 8 * REAL_BYTES
#define LANES 8
#include "num/lanes.h"
#include "num/product_width.h"
#undef LANES
#endif

#if VECTOR_BYTES >= 16 * REAL_BYTES
#define LANES 16
#include "num/lanes.h"
#include "num/product_width.h"
#undef LANES
#endif

static const struct products_of_width *const widths[] = {
#ifdef NNR_DOUBLE
    &products_2,
#endif
#if VECTOR_BYTES >= 4 * REAL_BYTES
    &products_4,
#endif
#if VECTOR_BYTES >= 8 * REAL_BYTES
    &products_8,
#endif
#if VECTOR_BYTES >= 16 * REAL_BYTES
    &products_16,
#endif
};

#define TABLE_OF_(level) own_products_##level
#define TABLE_OF(level) TABLE_OF_(level)
extern const struct products TABLE_OF(LEVEL);
const struct products TABLE_OF(LEVEL) = {widths, sizeof widths / sizeof *widths};
