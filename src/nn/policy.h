/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What another system does to penalties. Plain data: which system does what stands in
 * train/emulate.c, and nothing else knows one by name. All false: what nnr does. */
#ifndef NNR_NN_POLICY_H
#define NNR_NN_POLICY_H

#include "nn/penalty.h"

struct policy {
    bool drops_wrapped;       /* an activity penalty inside timedistributed is not applied */
    bool divides_by_steps;    /* there it is divided by samples times steps */
    bool block_weights_again; /* a weight penalty counts once for every call inside blocks */
    bool layer_weights_again; /* and of a shared layer too */
    bool block_input;         /* an activity penalty in a called block acts on the layer's input */
    bool ignores_frozen;      /* a frozen weight's penalty does not count */
    bool refuses_activity;    /* a model with an activity penalty does not run at all */
    bool sets_reduce;         /* activity penalties are reduced as: */
    enum reduce reduce;
    bool evaluates_without; /* evaluation leaves penalties out */
};

#endif
