/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the paths in an expression stand for: quantities, settings, variables, tensors. */
#ifndef NNR_CMD_COMMON_RESOLVE_H
#define NNR_CMD_COMMON_RESOLVE_H

#include "expr/expr.h"
#include "train/evaluator.h"

struct session;

/* Expressions. Values that names stand for are made on demand and freed by names_finish. */
struct lookup {
    struct session *session;
    struct model *model;   /* that quantities, settings and tensors are of */
    struct wanted *wanted; /* what was computed already, so that each is computed once */
    bool guessed;          /* with --check: something that only training tells was asked for */
};
/* A figure of a model that expressions name: a row of `quantities`. */
struct quantity {
    struct entry entry;
    /* Finds its value; without `values` only whether it could be found, as --check asks. `where` is
     * its place in the expression. */
    int (*find)(struct lookup *l, const struct quantity *q, struct span where, bool values,
                double *x, struct err *e);
};
struct names lookup_names(struct lookup *l);
void lookup_finish(struct lookup *l);
/* The ledger of the model over a share, run once for a lookup; NULL and *e. */
const struct ledger *lookup_ledger(struct lookup *l, enum share share, struct err *e);
/* "there is no loss yet"; returns -1. */
int lookup_no_loss(struct span where, struct err *e);
/* An expression about a model, of the session or not: its names and shapes alone. */
int session_check(struct session *s, struct model *m, const struct node *n, struct err *e);
/* Its value, which is a number. */
int session_number(struct session *s, struct model *m, const struct node *n, double *value,
                   struct err *e);
/* The same; *guessed: with --check the value is not known without training, and *value is 1. */
int session_guess(struct session *s, struct model *m, const struct node *n, double *value,
                  bool *guessed, struct err *e);

#endif
