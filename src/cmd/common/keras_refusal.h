/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noting what of a Keras model cannot be said here. */
#ifndef NNR_CMD_COMMON_KERAS_REFUSAL_H
#define NNR_CMD_COMMON_KERAS_REFUSAL_H

#include "cmd/common/keras_lines.h"

#include <stdarg.h>

/* At a place of the file. */
void keras_refuse_at(struct keras_lines *l, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* At a key of a layer's configuration (by its name in Keras 3, written as the file has it); NULL:
 * at the layer. */
void keras_refuse(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The place of a key; NULL without memory. */
const char *keras_place(struct keras_lines *l, const struct keras_layer *layer, const char *key);
/* Keeps a text; NULL without memory, which is noted. */
const char *keras_keep(struct keras_lines *l, struct str *text);

#endif
