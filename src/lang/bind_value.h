/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values to types: one value, or a list of them. */
#ifndef NNR_LANG_BIND_VALUE_H
#define NNR_LANG_BIND_VALUE_H

#include "lang/binding.h"

/* Binds all the values that were given to one argument. */
int binding_values(struct binding *x, const struct values *v);

#endif
