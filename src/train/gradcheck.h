/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient that training uses against differences of the loss that it reports, for one model as
 * it stands: the training plan, on the first full batch of the training samples in order, with the
 * random numbers of the step to come. It has a frame and weights of its own; the model's stay.
 *
 * Not the total alone is looked at, but also each part of it by itself: the data loss, and every
 * penalty. So a weak penalty whose gradient is wrong is seen beside a strong loss.
 *
 * Numeric slopes are central differences at steps h and 2h, extrapolated to 0 (Richardson 1911).
 * Where these two disagree, or the slopes on both sides do, there is a kink within 2h: h is then
 * made smaller, up to GRADCHECK_RUNGS times. If the slopes on both sides stay what they are, the
 * kink is at the weight itself, as relu's is at 0: an analytic slope that lies between them is
 * right. Otherwise nothing can be said and the coordinate is skipped. Where a penalty has a kink,
 * or nothing can be said of it, and its analytic slope is not 0, it moves the weight by a choice
 * that no difference can confirm: such coordinates are counted as pushed, and one of them is named.
 *
 * Left out is what has no derivative but a straight-through slope: thresholds of jumprelu, and the
 * rows of l0, of the total as well.
 *
 * An error is relative to the largest of: the two slopes; the largest slope of the same part in the
 * same tensor (at most GRADCHECK_CEILING); and what rounding may hide. The last is measured: all
 * weights are moved by up to 64 units in their last place, to one side and to the other; the mean
 * of the part's values there differs from its value, and its slopes from what they were. Eight
 * times the most of the first, over h, and of the second is a slope that cannot be told from
 * rounding. Up to GRADCHECK_MOST is right. */
#ifndef NNR_TRAIN_GRADCHECK_H
#define NNR_TRAIN_GRADCHECK_H

#include "train/difference.h"

/* Whether there is anything to check: the model fits the data, and something in it trains. */
int gradcheck_check(const struct model *m, const struct dataset *d, struct err *e);
/* Needs a chosen loss. Then gradcheck_next, one coordinate each, until it returns false;
 * gradcheck_finish at last, also after an error. */
int gradcheck_begin(struct gradcheck *c, struct model *m, const struct dataset *d, uint64_t seed,
                    struct err *e);
bool gradcheck_next(struct gradcheck *c);
void gradcheck_finish(struct gradcheck *c);

/* The sums over all tensors; first and count are of no use there. */
struct gradcheck_tensor gradcheck_sum(const struct gradcheck *c);
/* 0 if the gradient is right as far as it can be told, else the error that says what is wrong. */
int gradcheck_verdict(const struct gradcheck *c, struct err *e);
/* A place, of the largest error say: "hidden.kernel[3, 7]". */
const char *gradcheck_place(const struct gradcheck *c, const struct gradcheck_place *place,
                            char *text, size_t room);
/* A part's name: "total", "data loss", "hidden.activity l1(0.1)". */
void gradcheck_part(const struct gradcheck *c, size_t part, struct str *to);

#endif
