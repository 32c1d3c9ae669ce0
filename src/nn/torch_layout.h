/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weights of a model as PyTorch's modules have them: under which names, in which shapes, and
 * where each number of a tensor stands in the model. nn.Linear, nn.Conv1d, nn.Conv2d,
 * nn.ConvTranspose2d, nn.LSTM, nn.GRU, nn.RNN (batch_first says nothing of weights), nn.Embedding,
 * nn.BatchNorm1d and 2d, nn.LayerNorm, nn.PReLU, as of PyTorch 1.13. */
#ifndef NNR_NN_TORCH_LAYOUT_H
#define NNR_NN_TORCH_LAYOUT_H

#include "nn/graph.h"

struct torch_tensor {
    const char *name;   /* "hidden.weight" */
    const char *leaf;   /* "weight", of a recurrent layer without its direction: "weight_ih_l0" */
    id weight;          /* NOTHING: each number is `constant` */
    double constant;    /* of what a module has and the layer leaves out: a gamma of 1 */
    bool second;        /* a bias that PyTorch adds to the one before: 0 when it is written */
    struct shape shape; /* PyTorch's */
    /* Element (i, j, ...) is begin + i stride[0] + j stride[1] + ... of the weight, but that: */
    size_t begin, stride[SHAPE_MOST];
    const unsigned char *gate; /* axis 0 has `gates` parts, of which part k is gate[k] here; NULL */
    uint32_t gates;
    struct shape image; /* along `image_axis` stand the numbers of such a flattened image, whose
                         * channels come first in PyTorch and last here; no axes: as it is */
    uint32_t image_axis;
};

struct torch_module {
    id layer;
    const char *name; /* of the module: "hidden"; both halves of bidirectional have one name */
    const char *kind; /* "nn.Linear"; NULL: PyTorch has none such */
    bool backwards;   /* the second half of bidirectional */
    size_t first, tensors;
};

struct torch_layout {
    struct arena arena;
    struct torch_tensor *tensor;
    struct torch_module *module; /* in the order in which the layers got their weights */
    size_t tensors, modules, tensor_room, module_room;
    struct str refused; /* what no module computes, by name: a; b; c. Empty: nothing */
    struct str notes;   /* lines about what a module cannot say */
};

/* 0, or -1 without memory. Either way it is the caller's to finish. */
int torch_layout_make(struct torch_layout *l, const struct graph *g, struct err *e);
/* Where element i of a tensor, in PyTorch's order, stands in its weight. */
size_t torch_place(const struct torch_tensor *t, size_t i);
void torch_layout_finish(struct torch_layout *l);

#endif
