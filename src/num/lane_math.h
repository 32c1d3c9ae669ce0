/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quotients, roots, and what is made from them, a vector at a time. The divider takes a vector of
 * sixteen floats as long as twenty other operations: AVX-512 has estimates of 14 bits that one step
 * of Newton makes right to the last bit or two. Elsewhere, and in double, they are those of the
 * language. Private to num/loops.c. */
#ifndef NNR_NUM_LANE_MATH_H
#define NNR_NUM_LANE_MATH_H

#include "num/level.h"
#include "num/vector_math.h"

#define LANES MOST_LANES

#if defined __AVX512VL__ && !defined NNR_DOUBLE

/* a / b; |b| between 1e-37 and 1e37, or not a number. */
INLINE VEC quotient(VEC a, VEC b)
{
    const __m512 r = _mm512_rcp14_ps((__m512)b);
    const __m512 off = _mm512_fnmadd_ps((__m512)b, r, _mm512_set1_ps(1));
    return a * (VEC)_mm512_fmadd_ps(r, off, r);
}

/* The root of v, finite, 0 or more, or not a number; below the smallest normal number it is 0. */
INLINE VEC root(VEC v)
{
    const __m512 x = (__m512)v;
    const __m512 r = _mm512_rsqrt14_ps(x), s = _mm512_mul_ps(x, r);
    const __m512 off = _mm512_fnmadd_ps(s, s, x);
    const __m512 better = _mm512_fmadd_ps(_mm512_mul_ps(_mm512_set1_ps(0.5f), r), off, s);
    const __mmask16 any = _mm512_cmp_ps_mask(x, _mm512_set1_ps(REAL_LEAST), _CMP_NLT_UQ);
    return (VEC)_mm512_maskz_mov_ps(any, better);
}

/* As exp_parts() of vector_math.h; x is held between the two. Not a number stays so: min and max
 * give their second operand then. */
INLINE VEC exp_of_lanes(VEC x, float low, float high, VEC *power)
{
    __m512 v = _mm512_min_ps(_mm512_set1_ps(high), (__m512)x);
    v = _mm512_max_ps(_mm512_set1_ps(low), v);
    const __m512 n = _mm512_roundscale_ps(_mm512_mul_ps(v, _mm512_set1_ps(1.44269504f)),
                                          _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const VEC r = (v - n * 0.693359375f) + n * 2.12194440e-4f;
    const VEC square = r * r;
    VEC p = 1.0f / 120 + r * (1.0f / 720) + square * (1.0f / 5040);
    p = 1.0f / 6 + r * (1.0f / 24) + square * p;
    p = 1.0f + r * 0.5f + square * p;
    *power = (VEC)_mm512_scalef_ps(_mm512_set1_ps(1), n);
    return r * p;
}

INLINE VEC tanh_of_lanes(VEC x)
{
    /* From 18.2 on the tanh is 1 in float, and a much larger m would have no quotient. */
    VEC power, rest = exp_of_lanes(2.0f * x, -87.3f, 40.0f, &power);
    const VEC m = power * rest + (power - 1.0f);
    return quotient(m, m + 2.0f);
}

INLINE VEC sigmoid_of_lanes(VEC x)
{
    VEC power, rest = exp_of_lanes(-x, -87.3f, 85.0f, &power);
    return quotient((VEC){0} + 1.0f, 1.0f + (power * rest + power));
}

#else

INLINE VEC quotient(VEC a, VEC b)
{
    return a / b;
}

#if defined __AVX2__ && !defined NNR_DOUBLE

/* As exp_parts() of vector_math.h, bit for bit: compilers bound x there with comparisons and
 * blends. Not a number stays so: min and max give their second operand then. */
INLINE VEC exp_of_lanes(VEC x, VEC *power)
{
    typedef uint32_t bits __attribute__((vector_size(sizeof(VEC))));
    VEC v = (VEC)_mm256_min_ps(_mm256_set1_ps(88.3f), (__m256)x);
    v = (VEC)_mm256_max_ps(_mm256_set1_ps(-87.3f), (__m256)v);
    const VEC shifted = v * 1.44269504f + 12582912.0f, n = shifted - 12582912.0f;
    const VEC r = v - n * 0.693359375f + n * 2.12194440e-4f;
    VEC p = r * (1.0f / 5040) + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    *power = (VEC)(((bits)shifted + 127u) << 23);
    return p * r;
}

INLINE VEC tanh_of_lanes(VEC x)
{
    VEC power, rest = exp_of_lanes(2.0f * x, &power);
    const VEC m = power * rest + (power - 1.0f);
    return m / (m + 2.0f);
}

INLINE VEC sigmoid_of_lanes(VEC x)
{
    VEC power, rest = exp_of_lanes(-x, &power);
    return 1.0f / (1.0f + (power * rest + power));
}

#else

INLINE VEC tanh_of_lanes(VEC v)
{
    real x[LANES];
    NAME(store)(x, v);
#pragma omp simd
    for (size_t j = 0; j < LANES; j++)
        x[j] = vector_tanh(x[j]);
    return NAME(load)(x);
}

INLINE VEC sigmoid_of_lanes(VEC v)
{
    real x[LANES];
    NAME(store)(x, v);
#pragma omp simd
    for (size_t j = 0; j < LANES; j++)
        x[j] = R(1.0) / (R(1.0) + vector_exp(-x[j]));
    return NAME(load)(x);
}

#endif

INLINE VEC root(VEC v)
{
    real x[LANES];
    NAME(store)(x, v);
#pragma omp simd
    for (size_t j = 0; j < LANES; j++)
        x[j] = real_sqrt(x[j]);
    return NAME(load)(x);
}

#endif

#endif
