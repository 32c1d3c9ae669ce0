/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects with a class in files of Keras, and numbers as a person wrote them. */
#ifndef NNR_KERAS_OBJECT_H
#define NNR_KERAS_OBJECT_H

#include "base/str.h"

#include <jansson.h>

/* An object with a class: {"class_name": "L1L2", "config": {...}}, Keras 1's {"name":
 * "WeightRegularizer", "l1": ...}, a word ("l2", "glorot_uniform"), Keras 3's {"class_name":
 * "function", "config": "relu"}. */
struct keras_object {
    const char *class_name; /* as in the file, without the package before a > */
    const char *package;    /* where a class that is not Keras's is registered, or NULL */
    const json_t *config;   /* an object, or NULL where there is none */
};

/* False: value is none of these. null, and no value, give true and no class_name. */
bool keras_object(const json_t *value, struct keras_object *o);

/* The penalties that a regularizer consists of; 0: no such penalty. */
struct keras_strengths {
    double l1, l2;
};
/* Of L1, L2, L1L2, WeightRegularizer, ActivityRegularizer, L1L2Regularizer, and of the words l1, l2
 * and l1_l2, which mean 0.01 each. False: it is no regularizer of Keras's that consists of these
 * two, or a strength is no number. */
bool keras_strengths(const json_t *value, struct keras_strengths *s);

/* Puts a question mark in the place of each control character: names of a file may have any. `text`
 * may be NULL if n is 0. */
void keras_plain_line(char *text, size_t n);

/* The number as it was written before it was a float: where it is exactly a float, the shortest
 * decimal that is read as that float (0.009999999776482582 is 0.01). Returns text. */
const char *keras_number(double x, char text[NUMBER_ROOM]);
/* The same as a value. */
double keras_value(double x);

#endif
