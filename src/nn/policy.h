/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What another system does to penalties. Plain data: which system does what stands in
 * train/emulate.c, and nothing else knows one by name. All zero: what nnr does. */
#ifndef NNR_NN_POLICY_H
#define NNR_NN_POLICY_H

#include "nn/penalty.h"

/* How often the penalty of a weight counts. */
enum listing {
    LIST_ONCE,     /* once */
    LIST_BY_LAYER, /* once for each container that has the layer, a wrapper counting as another */
    LIST_BY_RUN,   /* at each run of a block it takes over all that the blocks in it hold then */
    LIST_BY_NODE   /* once for every call, but not through a wrapped block */
};

/* Which activity penalties the system cannot run with. */
enum refuses {
    REFUSES_NOTHING,
    REFUSES_IN_BLOCKS, /* of a layer that is called in a block, unless wrapped itself */
    REFUSES_CALLED     /* of every layer that is called, unless wrapped itself */
};

struct policy {
    enum listing listing;
    enum refuses refuses;
    bool drops_wrapped;    /* an activity penalty of a layer in timedistributed is not applied */
    bool drops_blocks;     /* nor one in a block in timedistributed */
    bool divides_by_steps; /* in timedistributed it is divided by samples times steps */
    bool block_input;      /* an activity penalty in a called block acts on the layer's input */
    bool ignores_masks;    /* an activity penalty counts masked steps as well */
    bool ignores_frozen;   /* a frozen weight's penalty does not count */
    bool drops_recurrent;  /* an activity penalty of a recurrent layer is not applied */
    bool drops_simple_rnn; /* nor one of simple_rnn */
    bool drops_cells;      /* nor the weight penalties of a recurrent layer */
    bool drops_backward;   /* nor the weight penalties of a bidirectional layer's backward half */
    bool sets_reduce;      /* activity penalties are reduced as: */
    enum reduce reduce;
    bool drops_joint;       /* it has no terms over several tensors */
    bool evaluates_without; /* evaluation leaves penalties out */
};

#endif
