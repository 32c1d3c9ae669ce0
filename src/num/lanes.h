/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One width of vectors: LANES numbers each. Included once for each width that a level of the
 * instruction set has; NAME(x) is x_LANES. Gives the type vec, whole and partial loads and stores,
 * sums of four vectors, and the transpose of a block. */

typedef real VEC __attribute__((vector_size(LANES * sizeof(real))));
typedef real NAME(loose_vec)
    __attribute__((vector_size(LANES * sizeof(real)), aligned(sizeof(real)), may_alias));

INLINE VEC NAME(load)(const real *p)
{
    return *(const NAME(loose_vec) *)p;
}

INLINE void NAME(store)(real *p, VEC v)
{
    *(NAME(loose_vec) *)p = v;
}

/* |x|; NaN stays NaN. */
INLINE VEC NAME(magnitude)(VEC v)
{
    typedef REAL_BITS bits __attribute__((vector_size(LANES * sizeof(real))));
    return (VEC)((bits)v & (REAL_BITS)(((REAL_BITS)1 << (8 * REAL_BYTES - 1)) - 1));
}

/* Which of the first lanes are meant, 1 to LANES; the others are neither read nor written. */
#if defined __AVX512VL__

#ifdef NNR_DOUBLE
#define SUFFIX pd
typedef __mmask8 NAME(mask);
#else
#define SUFFIX ps
typedef __mmask16 NAME(mask);
#endif
#if LANES * REAL_BYTES == 64
#define PREFIX _mm512
#elif LANES * REAL_BYTES == 32
#define PREFIX _mm256
#else
#define PREFIX _mm
#endif
#if !defined NNR_DOUBLE && LANES < 16
#define MASK(m) (__mmask8)(m)
#else
#define MASK(m) (m)
#endif

INLINE NAME(mask) NAME(first)(size_t count)
{
    return (NAME(mask))((1u << count) - 1);
}

INLINE VEC NAME(load_part)(const real *p, NAME(mask) m)
{
    return (VEC)JOIN(JOIN(PREFIX, maskz_loadu), SUFFIX)(MASK(m), p);
}

INLINE void NAME(store_part)(real *p, NAME(mask) m, VEC v)
{
    JOIN(JOIN(PREFIX, mask_storeu), SUFFIX)(p, MASK(m), v);
}

#undef SUFFIX
#undef PREFIX
#undef MASK

#elif defined __AVX2__

#ifdef NNR_DOUBLE
#define SUFFIX pd
typedef int64_t NAME(mask) __attribute__((vector_size(LANES * 8)));
static const int64_t NAME(ones)[2 * LANES] = {[0 ... LANES - 1] = -1};
#else
#define SUFFIX ps
typedef int32_t NAME(mask) __attribute__((vector_size(LANES * 4)));
static const int32_t NAME(ones)[2 * LANES] = {[0 ... LANES - 1] = -1};
#endif
#if LANES * REAL_BYTES == 32
#define PREFIX _mm256
#define MASK(m) (__m256i)(m)
#else
#define PREFIX _mm
#define MASK(m) (__m128i)(m)
#endif

INLINE NAME(mask) NAME(first)(size_t count)
{
    NAME(mask) m;
    memcpy(&m, NAME(ones) + LANES - count, sizeof m);
    return m;
}

INLINE VEC NAME(load_part)(const real *p, NAME(mask) m)
{
    return (VEC)JOIN(JOIN(PREFIX, maskload), SUFFIX)(p, MASK(m));
}

INLINE void NAME(store_part)(real *p, NAME(mask) m, VEC v)
{
    JOIN(JOIN(PREFIX, maskstore), SUFFIX)(p, MASK(m), v);
}

#undef SUFFIX
#undef PREFIX
#undef MASK

#else

typedef size_t NAME(mask);

INLINE size_t NAME(first)(size_t count)
{
    return count;
}

INLINE VEC NAME(load_part)(const real *p, size_t count)
{
    VEC v = {p[0]};
    for (int i = 1; i < LANES; i++)
        if ((size_t)i < count)
            v[i] = p[i];
    return v;
}

INLINE void NAME(store_part)(real *p, size_t count, VEC v)
{
    for (int i = 0; i < LANES; i++)
        if ((size_t)i < count)
            p[i] = v[i];
}

#endif

#if LANES > LEAST_LANES
#if LANES == 16
#define LOW 0, 1, 2, 3, 4, 5, 6, 7
#define HIGH 8, 9, 10, 11, 12, 13, 14, 15
#define FOLDED fold_8
#elif LANES == 8
#define LOW 0, 1, 2, 3
#define HIGH 4, 5, 6, 7
#define FOLDED fold_4
#else
#define LOW 0, 1
#define HIGH 2, 3
#define FOLDED fold_2
#endif
/* The four sums of the lanes of each. */
INLINE void NAME(fold)(const VEC v[4], real sum[4])
{
    typedef real half __attribute__((vector_size(LANES / 2 * sizeof(real))));
    half h[4];
    for (int i = 0; i < 4; i++)
        h[i] = __builtin_shufflevector(v[i], v[i], LOW) + __builtin_shufflevector(v[i], v[i], HIGH);
    FOLDED(h, sum);
}
#undef LOW
#undef HIGH
#undef FOLDED
#elif LANES == 4
INLINE void NAME(fold)(const VEC v[4], real sum[4])
{
    VEC t[2];
    for (int i = 0; i < 2; i++)
        t[i] = __builtin_shufflevector(v[2 * i], v[2 * i + 1], 0, 4, 1, 5) +
               __builtin_shufflevector(v[2 * i], v[2 * i + 1], 2, 6, 3, 7);
    NAME(store)
    (sum, __builtin_shufflevector(t[0], t[1], 0, 1, 4, 5) +
              __builtin_shufflevector(t[0], t[1], 2, 3, 6, 7));
}
#else
INLINE void NAME(fold)(const VEC v[4], real sum[4])
{
    for (int i = 0; i < 4; i += 2)
        NAME(store)
    (sum + i,
     __builtin_shufflevector(v[i], v[i + 1], 0, 2) + __builtin_shufflevector(v[i], v[i + 1], 1, 3));
}
#endif

#if LANES == 16
#define LOW 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define HIGH 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#define STAGES 4
#elif LANES == 8
#define LOW 0, 8, 1, 9, 2, 10, 3, 11
#define HIGH 4, 12, 5, 13, 6, 14, 7, 15
#define STAGES 3
#elif LANES == 4
#define LOW 0, 4, 1, 5
#define HIGH 2, 6, 3, 7
#define STAGES 2
#else
#define LOW 0, 2
#define HIGH 1, 3
#define STAGES 1
#endif

/* Row i of the block becomes column i: each stage shuffles all numbers like a pack of cards. */
INLINE void NAME(transpose)(VEC v[LANES])
{
    UNROLL
    for (int stage = 0; stage < STAGES; stage++) {
        VEC from[LANES];
        UNROLL
        for (int i = 0; i < LANES; i++)
            from[i] = v[i];
        UNROLL
        for (int i = 0; i < LANES / 2; i++) {
            v[2 * i] = __builtin_shufflevector(from[i], from[i + LANES / 2], LOW);
            v[2 * i + 1] = __builtin_shufflevector(from[i], from[i + LANES / 2], HIGH);
        }
    }
}

#undef LOW
#undef HIGH
#undef STAGES
