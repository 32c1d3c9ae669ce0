/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights in the files of Keras: model.keras, x.weights.h5 and the .h5 of Keras 2 and tf.keras.
 *
 * Keras 3 (saving_lib.py) names no layers: the arrays of one are layers/CLASS[_N]/vars/I, the class
 * in snake case and N counting those of the class in the order of the model's layers; a cell, a
 * wrapper and a model in the model stand in between. So a .keras is read by its own configuration,
 * and an x.weights.h5 by the order of the layers of each class, unless it has their names.
 * Keras 2 has layer_names, and for each layer weight_names. */
#ifndef NNR_CMD_COMMON_KERAS_WEIGHTS_H
#define NNR_CMD_COMMON_KERAS_WEIGHTS_H

#include "num/real.h"

#include <stdbool.h>

struct err;
struct file_name;
struct session;
struct str;

/* Whether the name of a file is one of these: .keras, .h5, .hdf5. */
bool keras_weights_name(const char *name);
/* Reads them into `to`, a block like the current model's, and tells in `text` which went where.
 * What does not fit is one error that names the first such things. */
int keras_weights_read(struct session *s, const struct file_name *file, real *to, struct str *text,
                       struct err *e);

#endif
