/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a penalty on the distance from other weights (l2sp) stays near, when it is put in a slot. */
#ifndef NNR_CMD_VERBS_ANCHORS_H
#define NNR_CMD_VERBS_ANCHORS_H

#include "base/entry.h"
#include "nn/graph.h"

struct session;

/* Fills in what the penalties of a bound sum stay near, in memory of `arena`: the weights of a
 * mark, or the first ones of a model that was trained. Others are left to the first step. */
int anchors_find(struct session *s, struct arena *arena, id layer, const char *slot,
                 const struct arg *sum, struct err *e);

#endif
