/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is called on what: inbound_nodes. */
#ifndef NNR_KERAS_NODES_H
#define NNR_KERAS_NODES_H

#include "keras/model.h"

/* Fills in the calls, inputs, outputs and the order of a functional model's graph, whose layers are
 * read. `what` is the file's name, `place` the model's. */
int nodes_read(struct keras_model *m, struct keras_graph *g, const json_t *config, const char *what,
               const char *place, struct err *e);
/* The same of a Sequential. */
int nodes_chain(struct keras_model *m, struct keras_graph *g, struct err *e);

#endif
