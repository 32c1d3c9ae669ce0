/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Floats of 16 bits as numbers; each of them is a float exactly. */
#ifndef NNR_NUM_HALF_H
#define NNR_NUM_HALF_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/* bfloat16: the upper half of a float. */
static inline float half_from_brain(uint16_t bits)
{
    const uint32_t wide = (uint32_t)bits << 16;
    float x;
    memcpy(&x, &wide, sizeof x);
    return x;
}

/* IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. The exponents of a float begin
 * 112 lower, also those of numbers that are not normal. */
static inline float half_from_ieee(uint16_t bits)
{
    const uint32_t wide = (uint32_t)(bits & 0x7FFF) << 13;
    float x;
    memcpy(&x, &wide, sizeof x);
    x *= 0x1p112F;
    if ((bits & 0x7C00) == 0x7C00)
        x = bits & 0x3FF ? NAN : INFINITY;
    return bits & 0x8000 ? -x : x;
}

#endif
