/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What older versions of Keras called otherwise, by the names of Keras 3. */
#ifndef NNR_KERAS_RENAME_H
#define NNR_KERAS_RENAME_H

#include "keras/model.h"

/* The name of a layer's class in Keras 3; what Keras never had stays as it is. `config` is asked
 * where one old class is several now (Merge by its mode). */
const char *rename_class(enum keras_dialect dialect, const char *written, const json_t *config);
/* A configuration with Keras 3's keys: a new one, or a new reference to `config` where nothing is
 * renamed. NULL without memory. */
json_t *rename_config(enum keras_dialect dialect, const char *class_name, json_t *config);
/* What the key of Keras 3 is called in a configuration that is as it was written. */
const char *rename_back(enum keras_dialect dialect, const char *class_name, const json_t *written,
                        const char *key);
/* Whether a configuration has a key that only Keras 1 has. */
bool rename_is_first(const json_t *config);

#endif
