/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, shapes, yes and no. */
#ifndef NNR_LANG_BIND_NUMBER_H
#define NNR_LANG_BIND_NUMBER_H

#include "lang/binding.h"

/* Each returns 0, or -1 and *x->e. */
/* The value that an expression came to, which is checked like one that is written, and put into
 * *x->to. */
int binding_take(struct binding *x, const struct node *n, double value);
int binding_number(struct binding *x, const struct node *n, double *value);
int binding_whole(struct binding *x, const struct node *n);
int binding_bool(struct binding *x, const struct node *n);
int binding_shape(struct binding *x, const struct node *n);

#endif
