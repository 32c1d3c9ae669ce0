/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a system does with the penalties of a graph, without running it: by the policy that emulate
 * has for it. Of the graph it needs layers, calls, bodies and masks, and no shapes or weights. */
#ifndef NNR_TRAIN_JUDGE_H
#define NNR_TRAIN_JUDGE_H

#include "nn/graph.h"
#include "train/emulate.h"

struct judge {
    const struct graph *graph;
    const struct emulation *as;
    double *listed; /* how often a weight's penalty counts, by layer; NULL: once */
};

/* Begins to judge, which judge_finish ends; graph and system must live as long. */
int judge_begin(struct judge *j, const struct graph *g, const struct emulation *as, struct err *e);
void judge_finish(struct judge *j);

/* How often a layer is called. */
size_t judge_calls(const struct graph *g, id layer);

/* What becomes of one penalty. */
struct judgement {
    unsigned ways;      /* how it is not as declared: bits 1 << enum way; 0: it is */
    bool lacked;        /* the system has no such penalty; it could be written for it */
    size_t calls;       /* of its layer */
    size_t hit[WAYS];   /* in how many of these calls; of a weight: in all */
    double times;       /* how often a weight's counts, or an activity penalty's most at one call */
    enum reduce reduce; /* of an activity penalty: as it is used */
};
/* Of the weights of a layer; of its activity penalty that declares a reduction; of a joint term. */
void judge_weight(const struct judge *j, id layer, struct judgement *to);
void judge_activity(const struct judge *j, id layer, enum reduce written, struct judgement *to);
void judge_joint(const struct judge *j, bool frozen, struct judgement *to);

enum verdict { AS_DECLARED, NOT_AS_DECLARED, NOT_KNOWN };
/* NOT_KNOWN: of the ways that it has nobody has looked at one, and no other is known. */
enum verdict judgement_verdict(const struct judge *j, const struct judgement *of);
/* Adds "as declared", or what becomes of it: "dropped", "on the input (1 of 2 calls), ...". */
void judgement_words(const struct judge *j, const struct judgement *of, struct str *to);

#endif
