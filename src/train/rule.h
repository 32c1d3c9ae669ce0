/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: settings of a model that follow an expression. A model holds them as text; who trains it
 * works them out (cmd/common/rules.h). */
#ifndef NNR_TRAIN_RULE_H
#define NNR_TRAIN_RULE_H

#include "base/bytes.h"
#include "num/real.h"

struct node;

/* What models that are alike share, and nobody changes. */
struct rule {
    char *setting, *value; /* code.activity, and l1(0.001*step): as one would write them */
    uint64_t every;        /* steps */
    size_t owners;
    struct arena arena;
    const struct node *tree; /* of `value`, in the arena; NULL: nobody has parsed it yet */
};

/* A rule of one model, with what it needs of the last step's batch. */
struct ruled {
    struct rule *rule;
    uint64_t
        step; /* the model's, right after the step that left what follows; 0: nothing is left */
    size_t samples; /* of that batch */
    real *tensor;   /* values, one tensor behind the other */
    size_t reals, tensor_room;
    double *figure; /* penalties */
    size_t figures, figure_room;
};

/* In the order in which they were made. Zeroed memory is a valid empty list. */
struct rules {
    struct ruled *item;
    size_t count, room;
};

/* NULL without memory. */
struct rule *rule_create(const char *setting, const char *value, uint64_t every);
/* One owner less. */
void rule_release(struct rule *r);
/* A list that shares the rules of another, for a model at that step. 0, or -1 without memory: *to
 * is empty. */
int rules_copy(struct rules *to, const struct rules *from, uint64_t step);
void rules_finish(struct rules *r);
/* The number of the rule for that setting, THING.KEY; r->count for none. */
size_t rules_find(const struct rules *r, const char *thing, const char *key);
/* Takes a rule, in place of the one for its setting or at the end. 0, or -1 without memory: then it
 * is the caller's. */
int rules_take(struct rules *r, struct rule *rule);
void rules_drop(struct rules *r, size_t at);
/* Ends all rules for settings of a thing. */
void rules_end(struct rules *r, const char *thing);
size_t rules_bytes(const struct rules *r);

void rules_write(struct str *to, const struct rules *from);
void rules_read(struct bytes *b, struct rules *to);

#endif
