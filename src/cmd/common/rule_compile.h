/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules made ready: which number goes where, and what it is computed with. */
#ifndef NNR_CMD_COMMON_RULE_COMPILE_H
#define NNR_CMD_COMMON_RULE_COMPILE_H

#include "cmd/common/rule_leaf.h"

#include "train/prune.h"

struct expression;

/* One number of a setting. */
struct followed {
    const struct arg_spec *spec;
    const struct node *node;
    struct expression *expression; /* NULL: it is written as a number */
    struct arg *to;                /* where it stands in the model */
    double next, was;              /* what is put there, and what stood there */
};

struct compiled_rule {
    struct arena arena; /* what `node` may stand in */
    struct rule_names names;
    struct followed *number;
    size_t numbers, room;
    struct args *optimizer; /* that it changes; NULL: it changes penalties */
    id pruned;              /* the weight that it prunes; NOTHING: none */
    struct pruning pruning; /* of the step at hand */
    bool worked_out;        /* `next` has been, from the numbers that the names keep */
    bool put;               /* `was` has been put away for the step at hand */
};

/* The share of a weight that is pruned, an argument that is nowhere but in prune and its rules:
 * SLOT.share is the setting. */
extern const struct arg_spec prune_share;

/* Of a rule that prunes: how many letters of its setting name the weight; 0: it is another one. */
size_t rule_prunes(const struct rule *r);
/* The weight that a path of such a setting names, LAYER.WEIGHT; NOTHING: none. */
id rule_find_pruned(const struct graph *g, const char *path);
/* Of a rule of the model, whose penalties stand in its state. `tree` is the rule's value; shapes
 * are those of a batch of `samples`. On error *to is empty. */
int rule_compile(struct session *s, struct model *m, const struct rule *rule,
                 const struct node *tree, size_t samples, struct compiled_rule *to, struct err *e);
void compiled_rule_finish(struct compiled_rule *r);

#endif
