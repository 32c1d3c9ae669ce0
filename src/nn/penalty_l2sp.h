/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalty that keeps weights near numbers, which stand in its arguments: so they go wherever
 * those go. */
#ifndef NNR_NN_PENALTY_L2SP_H
#define NNR_NN_PENALTY_L2SP_H

#include "nn/penalty.h"

extern const struct penalty_kind penalty_l2sp;

/* Whether a penalty is of that kind; the two arguments are those of such a one. */
bool penalty_anchored(const struct args *a);
/* The numbers that it stays near, as many as the weight has, or none: not known yet. `given` says
 * whether a person wrote them. */
struct arg *penalty_anchor(const struct args *a);
/* The name of the mark that they are from. */
const struct arg *penalty_anchor_mark(const struct args *a);

#endif
