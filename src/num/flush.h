/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers below the smallest normal one. A processor may take a hundred times longer over each, and
 * training makes many: the moments of a unit that no longer moves shrink until they get there. */
#ifndef NNR_NUM_FLUSH_H
#define NNR_NUM_FLUSH_H

#ifdef __SSE2__
#include <immintrin.h>
enum {
    FLUSH_RESULTS = 0x8000,
    FLUSH_OPERANDS = 0x0040,
    FLUSH_BOTH = FLUSH_RESULTS | FLUSH_OPERANDS
};
#endif

/* From here on this thread takes such numbers as 0; returns what flush_end wants. Where the
 * processor has no such mode, nothing changes but the speed. Inside another pair nothing is set:
 * a processor ends all work under way before it takes a new mode. */
static inline unsigned flush_begin(void)
{
#ifdef __SSE2__
    const unsigned before = _mm_getcsr();
    if ((before & FLUSH_BOTH) != FLUSH_BOTH)
        _mm_setcsr(before | FLUSH_BOTH);
    return before;
#else
    return 0;
#endif
}

static inline void flush_end(unsigned before)
{
#ifdef __SSE2__
    if ((before & FLUSH_BOTH) != FLUSH_BOTH)
        _mm_setcsr(before);
#else
    (void)before;
#endif
}

#endif
