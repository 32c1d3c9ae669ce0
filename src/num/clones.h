/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loops that the compiler makes into vectors by itself, for several levels. */
#ifndef NNR_NUM_CLONES_H
#define NNR_NUM_CLONES_H

/* Before a function of plain loops: it is compiled for several levels of the instruction set, and
 * the loader takes the best. All give the same bits, as no sum is reordered or contracted. */
#if defined __x86_64__ && defined __GLIBC__ && !defined __clang__ &&                               \
    !defined __SANITIZE_ADDRESS__ && !defined NNR_ONE_LEVEL
#define FOR_ALL_LEVELS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FOR_ALL_LEVELS
#endif

#endif
