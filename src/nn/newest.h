/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was written last of a graph, and taking that away: the newest call with the layer that was
 * made for it, or a block that was defined and no call was made since. */
#ifndef NNR_NN_NEWEST_H
#define NNR_NN_NEWEST_H

#include "nn/edit.h"

struct newest {
    const char *name; /* of the call or the block, in the graph's memory */
    bool block;       /* it is a block by itself, and no call goes */
    /* How many of each stay. */
    size_t layers, weights, calls, values, bodies, weight_reals;
};

/* False: the graph is empty. */
bool graph_newest(const struct graph *g, struct newest *to);
/* Whether a text names something that goes, or a layer that loses its weights as all its calls go.
 */
bool newest_is_mentioned(const struct graph *g, const struct newest *n, const char *text);
/* Prepares *to for graph_take_back, which then takes the newest away: a layer that stays and is
 * called no more has no weights then. On error (memory) *to is to be finished all the same. */
int graph_prepare_cut(struct graph *g, const struct newest *n, struct graph_edit *to,
                      struct err *e);
/* Right before that: the penalties of layers that go are dropped. */
void graph_cut_terms(struct graph *g, const struct newest *n, struct graph_edit *to);

#endif
