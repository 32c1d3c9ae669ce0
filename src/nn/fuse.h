/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_NN_FUSE_H
#define NNR_NN_FUSE_H

#include "nn/plan.h"

/* Joins neighbouring steps on one output into one pass: 0, or -1 when there is no memory. */
int plan_fuse(struct plan *p);

#endif
