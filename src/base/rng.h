/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random numbers by key, not by stream: the i-th number of a key is a function of (key, i) alone,
 * so nothing that is drawn moves anything else that is drawn. The mixing is SplitMix64 (Steele,
 * Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). */
#ifndef NNR_BASE_RNG_H
#define NNR_BASE_RNG_H

#include "base/stop.h"

#include <stddef.h>
#include <stdint.h>

/* A key made of the seed, what the numbers are for, a path ("hidden.kernel") and a count (a step or
 * an epoch). Different arguments give unrelated keys. */
uint64_t rng_key(uint64_t seed, const char *purpose, const char *path, uint64_t count);
/* The i-th 64 random bits of a key. */
uint64_t rng_bits(uint64_t key, uint64_t i);
/* The i-th number of a key, uniform in [0, 1), with 53 random bits. */
double rng_uniform(uint64_t key, uint64_t i);
/* The i-th number of a key, standard normal (Box and Muller 1958). */
double rng_normal(uint64_t key, uint64_t i);
/* Fills order[0..n) with a random permutation of 0..n-1 (Fisher and Yates). False: `stop`, which
 * may be NULL, asked to end on the way. */
bool rng_order(uint64_t key, uint32_t *order, size_t n, const struct stop *stop);

#endif
