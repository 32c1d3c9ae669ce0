/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of counterparts with their words in { } filled in. */
#ifndef NNR_CMD_EXPORT_FILL_H
#define NNR_CMD_EXPORT_FILL_H

#include "cmd/export/script.h"

/* What the words stand for; what is not known is NULL or NOTHING. */
struct filling {
    struct exported *script;
    const struct args *args; /* {NAME}: the argument's value */
    id call, layer;          /* {w:NAME} the layer's weight, {p:NAME} its path, {0} the input */
    const char *x, *y, *t, *z;
    const char *mask;   /* of x */
    const char *common; /* what all optimizers take */
    bool dealt;         /* inputs are those of a function of one step: x, or *x */
    id term;
    bool weight; /* x is a weight */
};

/* Adds the text. A word that stands for nothing is a mistake in the table: it is refused. */
void fill(const struct filling *f, struct str *to, const char *text);
/* Adds an activation of a variable. */
void fill_activation(const struct filling *f, struct str *to, const struct args *activation,
                     const char *z);
/* The variable of a value's mask, or NULL. */
const char *script_mask(const struct exported *s, id value);

#endif
