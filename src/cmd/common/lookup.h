/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is needed to look a name of an expression up: whose it is, and what can be asked there. */
#ifndef NNR_CMD_COMMON_LOOKUP_H
#define NNR_CMD_COMMON_LOOKUP_H

#include "base/entry.h"
#include "train/evaluator.h"

struct node;
struct session;

/* Expressions. Values that names stand for are made on demand and freed by names_finish. */
struct lookup {
    struct session *session;
    struct model *model;   /* that quantities, settings and tensors are of */
    struct wanted *wanted; /* what was computed already, so that each is computed once */
    bool guessed;          /* with --check: something that only training tells was asked for */
};
/* Which counter of the model a quantity is. */
enum counter { COUNTS_NOTHING, COUNTS_STEPS, COUNTS_EPOCHS };
/* A figure of a model that expressions name: a row of `quantities`. */
struct quantity {
    struct entry entry;
    enum counter counts;
    bool noted; /* at the end of each epoch, as `note` */
    enum noted note;
    /* Finds its value; without `values` only whether it could be found, as --check asks. `where` is
     * its place in the expression. */
    int (*find)(struct lookup *l, const struct quantity *q, struct span where, bool values,
                double *x, struct err *e);
};
/* Whether a share of the data can be asked, and judged where it is for classes. */
int lookup_share(struct lookup *l, enum share share, bool classes, struct span where,
                 struct err *e);
/* Whether a path is the loss of an output on that share, val.NAME.loss; its name is copied. */
bool path_of_head(const char *path, const char *share, char *name, size_t room);
/* The output that NAME in OUTPUT.loss means, counted from 0: 0, or -1 and *e. */
int lookup_output(const struct lookup *l, const struct node *path, const char *name, size_t *output,
                  struct err *e);
/* "there is no loss yet"; returns -1. */
int lookup_no_loss(struct span where, struct err *e);

#endif
