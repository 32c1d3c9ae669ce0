/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph as bytes (base/bytes.h). */
#ifndef NNR_NN_GRAPH_BYTES_H
#define NNR_NN_GRAPH_BYTES_H

#include "base/args_bytes.h"
#include "nn/graph.h"

/* Adds the graph. 0, or -1 when it cannot be told in bytes: a layer or penalty is of a kind that
 * its name does not lead to. */
int graph_write(struct str *to, const struct entry_finder *f, const struct graph *g);
/* The graph that graph_write added, which shares nothing with the bytes; NULL: b->failed. */
struct graph *graph_read(struct bytes *b, const struct entry_finder *f);

#endif
