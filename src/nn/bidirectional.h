/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bidirectional LAYER: a layer with a body of three calls, forward, backward and merge. The halves
 * are layers of their own. */
#ifndef NNR_NN_BIDIRECTIONAL_H
#define NNR_NN_BIDIRECTIONAL_H

#include "nn/layer.h"

extern const struct layer_kind bidirectional_kind;

/* Whether a layer is such a half. */
bool is_backward_half(const struct graph *g, id layer);
/* Defines it at `path` with halves of that kind and those arguments, and `folds` timedistributed
 * around it. `inner` is the place of the halves' verb. */
int graph_add_bidirectional(struct graph *g, const struct layer_kind *kind, const struct args *args,
                            const char *path, id parent, uint32_t folds, struct span inner,
                            id *layer, struct err *e);
/* Whether arguments that only mean something behind bidirectional are left out. */
int check_not_bidirectional(const struct layer_kind *kind, const struct args *args, struct err *e);

#endif
