/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the names in a rule stand for: found once, read at each of its steps. Tensors, penalties and
 * losses are those of the last step's batch, figures of the validation share those of the last
 * epoch's end: a rule costs no pass. */
#ifndef NNR_CMD_COMMON_RULE_LEAF_H
#define NNR_CMD_COMMON_RULE_LEAF_H

#include "expr/names.h"
#include "train/trainer.h"

struct session;

enum leaf_kind {
    LEAF_LOOKED_UP, /* as in any expression, which costs no pass */
    LEAF_VARIABLE,
    LEAF_STEP,
    LEAF_EPOCH,
    LEAF_ARG,   /* a number among the arguments of a layer, a term or the optimizer */
    LEAF_BATCH, /* the loss of the batch, or a part of it */
    LEAF_HEAD,  /* that of an output */
    LEAF_NOTE,  /* what was noted at the end of an epoch */
    LEAF_WEIGHT,
    LEAF_GRADIENT,
    LEAF_VALUE,  /* what flowed from one call to the next */
    LEAF_PENALTY /* what the penalties of a slot came to */
};

struct rule_leaf {
    const struct node *path; /* in the rule's tree */
    enum leaf_kind kind;
    struct dims dims;
    const struct arg *arg;
    double number; /* a single number as it was read last */
    enum noted note;
    size_t at;        /* the number of an output, weight or value, of a penalty's layer or term */
    const char *slot; /* of a penalty; NULL: of a joint term */
    size_t count;     /* of a value: numbers in a sample */
    size_t before;    /* and in those of the values before it; of a penalty: penalties before it */
};

/* The names of one rule. */
struct rule_names {
    struct session *session;
    struct model *model;
    const struct ruled *left; /* what the last step left of them */
    struct rule_leaf *leaf;
    size_t leaves, room;
    bool waits;            /* one of them may not be known yet */
    size_t samples;        /* that shapes are of */
    size_t count, figures; /* numbers in a sample of all values; penalties */
};
/* For expression_create and expression_number. */
struct names rule_names(struct rule_names *r);
void rule_names_finish(struct rule_names *r);
/* Whether all of them have a value by now. */
bool rule_names_known(const struct rule_names *r);
/* Whether each is a single number, the same as when it was read last: then so is all that is made
 * of them. */
bool rule_names_same(struct rule_names *r);

/* Room for what a batch of up to `samples` leaves. */
int rule_left_room(const struct rule_names *r, size_t samples, struct ruled *to, struct err *e);
/* Keeps what the step just taken left; there is room. */
void rule_left_take(const struct rule_names *r, const struct trainer *t, struct ruled *to);

#endif
