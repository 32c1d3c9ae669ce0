/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss and the optimizer of a Keras model in the words of the language. */
#ifndef NNR_CMD_COMMON_KERAS_TRAINING_H
#define NNR_CMD_COMMON_KERAS_TRAINING_H

#include "cmd/common/keras_lines.h"

/* Adds a line for each loss: `loss mse`, or of several outputs, whose names are given, one for
 * each; and one for the optimizer. What cannot be said is refused. */
void keras_training_lines(struct keras_lines *l, const char *const *output, size_t outputs);

#endif
