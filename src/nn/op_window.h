/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Products of what a window sees with a kernel: images I, places P, a kernel K of
 * [taps][channels / groups][units], and lower(I), which has a row for each place with what the
 * window sees there. Where a window is one tap, or leaves no number out and takes none twice,
 * lower(I) is I, and nothing is copied. Private to nn. */
#ifndef NNR_NN_OP_WINDOW_H
#define NNR_NN_OP_WINDOW_H

#include "nn/windows.h"

/* Of a call: how many places a sample has, in all of its images, and what stands at one. */
struct window_use {
    struct window window;
    size_t groups, places, units;
};

/* P = lower(I) K, P (+)= it; I (+)= raise(P K^T); K (+)= lower(I)^T P. Operands, of which the one
 * that is written may be NO_OPERAND: then nothing is emitted. */
void planner_lowered(struct planner *p, id call, const struct window_use *u, uint32_t image,
                     uint32_t kernel, uint32_t places, bool add);
void planner_raised(struct planner *p, id call, const struct window_use *u, uint32_t places,
                    uint32_t kernel, uint32_t image, bool add);
void planner_lowered_grad(struct planner *p, id call, const struct window_use *u, uint32_t image,
                          uint32_t places, uint32_t kernel, bool add);

#endif
