/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions over the steps that a model has taken, from its history: what was watched, else what
 * follows from the losses and penalties that it holds. */
#ifndef NNR_CMD_COMMON_PAST_CURVES_H
#define NNR_CMD_COMMON_PAST_CURVES_H

#include "train/history.h"

struct err;
struct model;
struct node;
struct request;
struct session;

/* Refuses what is no number, or has no past: `val.loss - loss.data` has one by itself, others when
 * they were watched. */
int past_check(struct session *s, const struct model *m, const struct node *n, const char *text,
               struct err *e);

/* The expressions of a request, for each model one after the other. */
struct past_curves {
    struct series *item; /* NULL: none were asked for */
    size_t count;
    bool failed; /* *e */
};
void past_curves_make(struct past_curves *to, struct session *s, const struct request *r,
                      struct model *const *model, size_t models, struct err *e);
void past_curves_finish(struct past_curves *c);

#endif
