/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activation functions with steps, and some with weights, of their own (struct activation_work). */
#ifndef NNR_NN_OWN_ACTIVATION_H
#define NNR_NN_OWN_ACTIVATION_H

#include "nn/activation.h"

extern const struct activation_work topk_work, batch_topk_work, jumprelu_work, prelu_work;

#endif
