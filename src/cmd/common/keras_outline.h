/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outline of a model of Keras as a graph: its layers, calls, bodies and masks, as far as a
 * judge (train/judge.h) asks. It has no shapes, weights or arguments, so layers that nnr lacks are
 * in it as any other. */
#ifndef NNR_CMD_COMMON_KERAS_OUTLINE_H
#define NNR_CMD_COMMON_KERAS_OUTLINE_H

#include "keras/model.h"
#include "nn/graph.h"

struct outline_layer {
    const struct keras_layer *from;
    const struct keras_layer *wrapper; /* the TimeDistributed that is one with it, or NULL */
    const char *name;                  /* with the layers that it stands in: "encoder.dense_1" */
};

struct keras_outline {
    struct graph graph;
    struct outline_layer *layer; /* of each layer of the graph */
    size_t room;
    struct arena arena;
};

enum { OUTLINE_CALLS_MOST = 1000000 };

/* The model must live as long. On error nothing is held: a model whose calls, with those inside the
 * models that it calls, are more than OUTLINE_CALLS_MOST; or no memory. */
int keras_outline(struct keras_outline *o, const struct keras_model *m, struct err *e);
void keras_outline_finish(struct keras_outline *o);

#endif
