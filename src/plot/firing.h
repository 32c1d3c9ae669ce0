/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often units fire. */
#ifndef NNR_PLOT_FIRING_H
#define NNR_PLOT_FIRING_H

#include "plot/view.h"

/* share[units] becomes how often each unit of `value` fires (|a| > UNIT_SMALL) on the validation
 * share, or, where there is none, in training; of the numbers of a sample the last axis are the
 * units. */
int firing_shares(struct model *m, const struct dataset *d, uint64_t seed, id value, size_t units,
                  double *share, struct err *e);

#endif
