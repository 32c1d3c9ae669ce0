/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the files that are compiled once for each level of the instruction set: how wide vectors are,
 * and num/lanes.h for each width up to that. */
#ifndef NNR_NUM_LEVEL_H
#define NNR_NUM_LEVEL_H

#include "num/real.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

/* Without optimisation, as where branches are counted, there is one copy of each. */
#ifdef __OPTIMIZE__
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif
/* Of a function that is called for few numbers too: what it holds ready for many of them would be
 * made ready wherever it is inlined. */
#define APART static __attribute__((noinline))
/* Before a loop of a few rounds, known ahead, whose arrays are to become registers. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#ifdef NNR_DOUBLE
#define REAL_BYTES 8
#define REAL_BITS uint64_t
#define LEAST_LANES 2
#else
#define REAL_BYTES 4
#define REAL_BITS uint32_t
#define LEAST_LANES 4
#endif
#ifdef __AVX512VL__
#define VECTOR_BYTES 64
#elif defined __AVX2__
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif
/* A plain number, as names are made from it. */
#if VECTOR_BYTES / REAL_BYTES == 16
#define MOST_LANES 16
#elif VECTOR_BYTES / REAL_BYTES == 8
#define MOST_LANES 8
#elif VECTOR_BYTES / REAL_BYTES == 4
#define MOST_LANES 4
#else
#define MOST_LANES 2
#endif

#define JOIN_(a, b) a##_##b
#define JOIN(a, b) JOIN_(a, b)
#define NAME(x) JOIN(x, LANES)
#define VEC NAME(vec)

#ifdef NNR_DOUBLE
#define LANES 2
#include "num/lanes.h"
#undef LANES
#endif
#if MOST_LANES >= 4
#define LANES 4
#include "num/lanes.h"
#undef LANES
#endif
#if MOST_LANES >= 8
#define LANES 8
#include "num/lanes.h"
#undef LANES
#endif
#if MOST_LANES >= 16
#define LANES 16
#include "num/lanes.h"
#undef LANES
#endif

#endif
