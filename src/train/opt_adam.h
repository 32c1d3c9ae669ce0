/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What Adam shares with AdamW; see struct opt_kind. */
#ifndef NNR_TRAIN_OPT_ADAM_H
#define NNR_TRAIN_OPT_ADAM_H

#include "train/opt.h"

#define ADAM_OPTIONS                                                                               \
    OPTION("beta_1", "0.9", 0, 0.999999999, "how much of the mean gradient is kept"),              \
        OPTION("beta_2", "0.999", 0, 0.999999999, "how much of the mean square is kept"), EPSILON

void adam_update(const struct args *self, uint64_t count, size_t n, const real *g, real *w,
                 real *const slot[SLOTS_MOST]);
void adam_step_sizes(const struct args *self, uint64_t count, size_t n,
                     real *const slot[SLOTS_MOST], real *to);
double adam_reach(const struct args *self, double norm);

#endif
