/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One layer of Keras, or one value of its configuration, in the words of the language. */
#ifndef NNR_CMD_COMMON_KERAS_WORDS_H
#define NNR_CMD_COMMON_KERAS_WORDS_H

#include "cmd/common/keras_lines.h"

struct arg_spec;
struct table;

/* Adds a layer as a statement without clauses: `dense 10 relu kernel=l2(0.01)`. `rank` is how many
 * axes a sample of its input has, 0 unknown; `frozen`: what stands around it is. What cannot be
 * said is refused. */
void keras_layer_words(struct keras_lines *l, const struct keras_layer *layer, unsigned rank,
                       bool frozen, struct str *to);
/* How many axes a sample of what it puts out has; 0: unknown. */
unsigned keras_layer_rank(const struct keras_layer *layer, unsigned rank);
/* Adds a value of the file as that argument takes it: true. False: there is nothing to be said
 * (null), or it cannot be said and was refused at `key`. */
bool keras_value_words(struct keras_lines *l, const struct keras_layer *layer, const char *key,
                       const struct arg_spec *spec, const json_t *value, struct str *to);
/* Whether the words are those of the argument's standard value. */
bool keras_is_standard(const struct arg_spec *spec, const char *words);
/* The row that a class or word of Keras means, small and large letters and _ aside; NULL. */
const struct entry *keras_row(const struct table *t, const char *name);
/* Whether both are the same, small and large letters and _ aside. */
bool keras_alike(const char *a, const char *b);

#endif
