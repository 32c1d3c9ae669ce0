/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exp and tanh that a compiler can turn into vector code: no branches, no tables, no calls. NaN
 * stays NaN. In double they are those of libm: nnr64 is for checking. */
#ifndef NNR_NUM_VECTOR_MATH_H
#define NNR_NUM_VECTOR_MATH_H

#include "num/real.h"

#include <stdint.h>
#include <string.h>

#ifdef NNR_DOUBLE

static inline double vector_exp(double x)
{
    return exp(x);
}

static inline double vector_tanh(double x)
{
    return tanh(x);
}

#else

/* exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, exp(r) by the Taylor polynomial of
 * degree 7 (next term 5e-9 relative). Arguments are held within [-87.3, 88.7], so the result is
 * never 0 or infinite. */
static inline float vector_exp(float x)
{
    x = x > 88.7f ? 88.7f : x;
    x = x < -87.3f ? -87.3f : x;
    /* Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits. */
    float shifted = x * 1.44269504f + 12582912.0f;
    float n = shifted - 12582912.0f;
    float r = x - n * 0.693359375f + n * 2.12194440e-4f;
    float p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127u) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

/* Near 0 the Taylor series (the next term is below 2e-8 relative at 0.35), else
 * 1 - 2 / (exp(2x) + 1). */
static inline float vector_tanh(float x)
{
    float s = x * x;
    float series = 21844.0f / 6081075;
    series = series * s - 1382.0f / 155925;
    series = series * s + 62.0f / 2835;
    series = series * s - 17.0f / 315;
    series = series * s + 2.0f / 15;
    series = series * s - 1.0f / 3;
    series = series * s * x + x;
    float far = 1.0f - 2.0f / (vector_exp(2.0f * x) + 1.0f);
    return s < 0.1225f ? series : far;
}

#endif

#endif
