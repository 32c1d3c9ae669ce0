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

/* exp(x) = 2^n exp(r), n = round(x / ln 2), |r| <= ln 2 / 2, and exp(r) = 1 + rest. */
struct exp_parts {
    float power; /* 2^n */
    float rest;
};

/* rest by the Taylor polynomial of degree 7 (next term 5e-9 of exp(r)). Arguments are held within
 * [-87.3, 88.3], so that 2^n is a normal number. */
static inline struct exp_parts exp_parts(float x)
{
    x = x > 88.3f ? 88.3f : x;
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
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127u) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return (struct exp_parts){power, p * r};
}

/* Never 0 and never infinite. */
static inline float vector_exp(float x)
{
    const struct exp_parts e = exp_parts(x);
    return e.power * e.rest + e.power;
}

/* With m = exp(2x) - 1: m / (m + 2). Near 0 n is 0 and m is the polynomial itself, so that the
 * result is as precise there as elsewhere. */
static inline float vector_tanh(float x)
{
    const struct exp_parts e = exp_parts(2.0f * x);
    const float m = e.power * e.rest + (e.power - 1.0f);
    return m / (m + 2.0f);
}

#endif

#endif
