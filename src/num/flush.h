/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers below the smallest normal one. A processor may take a hundred times longer over each, and
 * training makes many: the moments of a unit that no longer moves shrink until they get there. */
#ifndef NNR_NUM_FLUSH_H
#define NNR_NUM_FLUSH_H

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* From here on this thread takes such numbers as 0; returns what flush_end wants. Where the
 * processor has no such mode, nothing changes but the speed. */
static inline unsigned flush_begin(void)
{
#ifdef __SSE2__
    const unsigned results_to_zero = 0x8000, operands_as_zero = 0x0040;
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | results_to_zero | operands_as_zero);
    return before;
#else
    return 0;
#endif
}

static inline void flush_end(unsigned before)
{
#ifdef __SSE2__
    _mm_setcsr(before);
#else
    (void)before;
#endif
}

#endif
