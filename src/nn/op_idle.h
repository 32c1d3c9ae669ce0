/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counting, for each unit, the steps since it last put out something that is not 0. */
#ifndef NNR_NN_OP_IDLE_H
#define NNR_NN_OP_IDLE_H

#include "nn/planner.h"

/* Of a call whose layer counts (MEANS_IDLE), in training; else nothing. */
void emit_idle(struct planner *w, id call);

#endif
