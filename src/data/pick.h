/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `target=` and `drop=` mean: columns of a table, or files of a list. */
#ifndef NNR_DATA_PICK_H
#define NNR_DATA_PICK_H

#include "base/entry.h"

/* The things that may be picked. */
struct choice {
    const char *noun;        /* "column" */
    const char *of;          /* "in \"f.csv\"", for errors */
    const char *const *name; /* NULL: they have no names */
    size_t count;            /* 1.. */
    bool *taken;             /* [count]: what is picked already */
    struct span where;       /* of errors that have no other place */
};

/* Whether the argument (of type WORDS) is that one word, without quotes: none, input. */
bool pick_is(const struct arg *words, const char *word);
/* Picks what the words say: a name, a number from 1, or `last`, the last thing that is not taken
 * yet. picked[0..*count) are their places in the order of the words, and they are taken then. Once
 * taken, a thing cannot be picked again. */
int pick(struct choice *c, const struct arg *words, size_t *picked, size_t *count, struct err *e);

#endif
