/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/rng.h"

#include <math.h>

static uint64_t mix_bits(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static const uint64_t step_size = 0x9E3779B97F4A7C15u;

static uint64_t mix_text(uint64_t key, const char *text)
{
    for (; *text; text++)
        key = mix_bits(key + step_size + (unsigned char)*text);
    return mix_bits(key + step_size + 256);
}

uint64_t rng_key(uint64_t seed, const char *purpose, const char *path, uint64_t count)
{
    uint64_t key = mix_bits(seed + step_size);
    key = mix_text(key, purpose);
    key = mix_text(key, path);
    return mix_bits(key + step_size * (count + 1));
}

static inline uint64_t bits_of(uint64_t key, uint64_t i)
{
    return mix_bits(key + step_size * (i + 1));
}

/* Processors turn numbers with a sign into doubles, and back, in one instruction. */
static inline double uniform_of(uint64_t key, uint64_t i)
{
    return (double)(int64_t)(bits_of(key, i) >> 11) * 0x1p-53;
}

uint64_t rng_bits(uint64_t key, uint64_t i)
{
    return bits_of(key, i);
}

double rng_uniform(uint64_t key, uint64_t i)
{
    return uniform_of(key, i);
}

double rng_normal(uint64_t key, uint64_t i)
{
    const double turn = 6.283185307179586476925;
    double radius = sqrt(-2 * log(1 - uniform_of(key, 2 * i)));
    return radius * cos(turn * uniform_of(key, 2 * i + 1));
}

bool rng_order(uint64_t key, uint32_t *order, size_t n, const struct stop *stop)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        if (stop_asked_at(stop, i))
            return false;
        size_t j = (size_t)(int64_t)(uniform_of(key, i) * (double)(int64_t)i);
        uint32_t last = order[i - 1];
        order[i - 1] = order[j];
        order[j] = last;
    }
    return true;
}
