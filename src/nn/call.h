/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making layers of a graph and calling them. */
#ifndef NNR_NN_CALL_H
#define NNR_NN_CALL_H

#include "nn/graph.h"

/* Makes a layer of `kind` in the block `parent` (NOTHING: in none) with `folds` timedistributed
 * around it; *layer becomes its number. Copies args and name. On error the graph must be thrown
 * away. */
int graph_define(struct graph *g, const struct layer_kind *kind, const struct args *args,
                 const char *name, id parent, uint32_t folds, id *layer, struct err *e);
/* Calls a layer; a block's body is called with it. On error, which points at `where` and for a
 * block also at the line inside, the graph must be thrown away. */
int graph_call(struct graph *g, id layer, const char *name, struct inputs on, struct span where,
               struct err *e);
/* Makes a layer and calls it under the same name. */
int graph_add(struct graph *g, const struct layer_kind *kind, const struct args *args,
              const char *name, struct inputs on, uint32_t folds, struct err *e);

#endif
