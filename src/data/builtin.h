/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables that are part of the program. */
#ifndef NNR_DATA_BUILTIN_H
#define NNR_DATA_BUILTIN_H

#include "data/load.h"

/* Numbers as csv packed by gzip: no header, a sample a line, the target last; digits, dots, commas
 * and line ends, nothing else. */
struct builtin {
    const unsigned char *bytes;
    size_t size, samples, inputs;
    const char *const *column;     /* names of the inputs and of the target; NULL: none */
    const char *const *class_name; /* NULL: none */
};

/* Fills in the samples; the targets are not stored when to->target_is_input is set. */
int builtin_load(const struct builtin *b, const struct args *args, struct dataset *to,
                 struct err *e);

/* The argument target= of a kind whose targets are classes. */
#define BUILTIN_TARGET                                                                             \
    ARG("target", KEY, ARG_CHOICE, .of = &builtin_targets, .standard = "class",                    \
        .line = "class, or input for an autoencoder")
extern const struct table builtin_targets;
/* Whether it says input. */
bool builtin_is_input(const struct args *args);

#endif
