/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other numbers for the penalties of a slot. A model's state holds them, not the graph: so the
 * trainer stays, and models that are alike go on sharing a graph. */
#ifndef NNR_TRAIN_NUMBERS_H
#define NNR_TRAIN_NUMBERS_H

#include "train/model.h"

/* What `count` terms of a slot take, or took. Zeroed memory is valid, and means none. */
struct numbers {
    struct choice *choice;
    size_t first, count; /* first: its term->number */
};

/* Of a sum that graph_same_terms has found to be of terms from number `first` on. On error *to is
 * empty. */
int numbers_make(struct numbers *to, struct model *m, uint32_t first, const struct arg *sum,
                 struct err *e);
/* Gives them to the model they were made for, or to a copy of it; *n then has what stood there. */
void numbers_swap(struct model *m, struct numbers *n);
void numbers_finish(struct numbers *n);

#endif
