/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing the graph of the current model. */
#ifndef NNR_CMD_VERBS_LAYER_H
#define NNR_CMD_VERBS_LAYER_H

#include "nn/graph.h"

struct session;

/* Ends a change of the current model's graph that model_edit began: keeps it for undo, or takes it
 * back. */
void graph_changed(struct session *s, struct graph_edit *was, bool failed);

#endif
