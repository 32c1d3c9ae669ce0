/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The columns of a table of text: what they are called, what they are for, and the words of those
 * that hold classes. */
#ifndef NNR_DATA_COLUMNS_H
#define NNR_DATA_COLUMNS_H

#include "data/load.h"

/* A word of a column of classes, with the number it was given when it was first met. */
struct class_name {
    const char *text;
    uint32_t number;
};

struct column {
    const char *name;
    bool dropped, target, weight;
    bool words;              /* a target that holds classes and no numbers */
    size_t slot;             /* its place among the numbers of a row: inputs, targets, weight */
    struct class_name *word; /* in the order of the alphabet */
    size_t classes, room;
};

struct columns {
    struct arena arena; /* the texts */
    struct column *item;
    size_t count, room;
    bool named; /* the file has a header */
    size_t inputs, targets;
    bool weighted; /* one of them is the samples' weight */
};

/* Adds a column of that name; a million are the most. */
int columns_add(struct columns *c, const char *name, const struct file_name *file, struct err *e);
/* Deals out roles and slots as target=, weight= and drop= of the statement say; sets
 * to->target_is_input. */
int columns_deal_out(struct columns *c, const struct args *args, struct dataset *to, struct err *e);
/* The number of a word in a column of classes: words are numbered as they come. More than 10,000 of
 * them are an error without a place: -1 and *e. */
int column_class(struct columns *c, struct column *of, const char *word, real *number,
                 struct err *e);
/* Turns the numbers of column_class into places in the alphabet: place[classes] by number. */
void column_sort(const struct column *of, uint32_t *place);
void columns_finish(struct columns *c);

#endif
