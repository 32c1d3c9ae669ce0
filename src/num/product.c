/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiled once a level, as loops.c is: LEVEL names the table that this build defines. */
#include "num/product.h"

#include "num/level.h"

/* Rows of the tallest tile; numbers in a packed panel, 32 KB; columns of a packed at a time. */
enum { TALLEST = 12, PACKED = 32768 / REAL_BYTES, BLOCK = 48 };

/* Inner sizes with loops of their own, and what is taken in parts of these; numbers of a that are
 * not worth asking for ahead. */
enum { SHORT = PRODUCT_SHORT, DEEPEST = 2 * SHORT, NEARBY = 8192 / REAL_BYTES };
#define EACH_SHORT(S)                                                                              \
    S(1) S(2) S(3) S(4) S(5) S(6) S(7) S(8) S(9) S(10) S(11) S(12) S(13) S(14) S(15) S(16)

#define TILES_4(T, vecs) T(1, vecs) T(2, vecs) T(3, vecs) T(4, vecs)
#define TILES_6(T, vecs) TILES_4(T, vecs) T(5, vecs) T(6, vecs)
#define TILES_8(T, vecs) TILES_6(T, vecs) T(7, vecs) T(8, vecs)
#define TILES_12(T, vecs) TILES_8(T, vecs) T(9, vecs) T(10, vecs) T(11, vecs) T(12, vecs)

/* The same pointer, but the compiler forgets where it came from: else it computes the addresses of
 * all rows ahead and runs out of registers. */
INLINE real *unknown(const real *p)
{
    __asm__("" : "+r"(p));
    return (real *)p;
}

#ifdef NNR_DOUBLE
#define LANES 2
#include "num/product_width.h"
#undef LANES
#endif

#if MOST_LANES >= 4
#define LANES 4
#include "num/product_width.h"
#undef LANES
#endif

#if MOST_LANES >= 8
#define LANES 8
#include "num/product_width.h"
#undef LANES
#endif

#if MOST_LANES >= 16
#define LANES 16
#include "num/product_width.h"
#undef LANES
#endif

static const struct products_of_width *const widths[] = {
#ifdef NNR_DOUBLE
    &products_2,
#endif
#if MOST_LANES >= 4
    &products_4,
#endif
#if MOST_LANES >= 8
    &products_8,
#endif
#if MOST_LANES >= 16
    &products_16,
#endif
};

#define TABLE_OF_(level) own_products_##level
#define TABLE_OF(level) TABLE_OF_(level)
extern const struct products TABLE_OF(LEVEL);
const struct products TABLE_OF(LEVEL) = {widths, sizeof widths / sizeof *widths};
