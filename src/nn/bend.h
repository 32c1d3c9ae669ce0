/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a policy bends the rows of the ledger. */
#ifndef NNR_NN_BEND_H
#define NNR_NN_BEND_H

#include "nn/plan.h"

struct planner;

/* What a policy does to a penalty that is not as declared; several at once, as bits 1 << way. */
enum way {
    WAY_REDUCED,       /* an activity penalty is summed or divided otherwise */
    WAY_STEPS,         /* it is divided by the steps of timedistributed as well */
    WAY_COUNTED,       /* it counts several times, or, without any other way, not at all */
    WAY_MASKED,        /* it counts masked steps as well */
    WAY_INPUT,         /* it acts on the layer's input */
    WAY_FROZEN,        /* a frozen weight's does not count */
    WAY_WRAPPED,       /* the activity penalty of a layer in timedistributed is dropped, */
    WAY_WRAPPED_BLOCK, /* that of one in a block in timedistributed, */
    WAY_RECURRENT,     /* that of a recurrent layer, */
    WAY_CELL,          /* the weight penalty of a recurrent layer, */
    WAY_BACKWARD,      /* the weight penalty of a backward half, */
    WAY_JOINT,         /* a term over several tensors */
    WAY_REFUSED,       /* the system does not run the model */
    WAYS
};
struct bent_ways {
    unsigned ways;
    double times; /* how often it counts; of an activity penalty, for one call */
};
/* The same for any graph whose layers, calls and bodies are there; `listed` is what listing_count
 * gives for the policy, or NULL where that is not asked for; a NULL policy does nothing. Of the
 * weights of a layer, of its activity penalty at one call, which declares a reduction, and of a
 * joint term; `frozen`: nothing that it acts on trains. */
struct bent_ways policy_on_weight(const struct graph *g, const struct policy *p,
                                  const double *listed, id layer);
struct bent_ways policy_on_activity(const struct graph *g, const struct policy *p,
                                    const double *listed, id call, enum reduce written);
struct bent_ways policy_on_joint(const struct policy *p, bool frozen);

/* What a row is bent by, in a few words; "" for BENT_NOT. */
const char *bent_word(enum bent bent);
/* A term with which a system of this policy does not run the model at all; NOTHING if it runs. */
id policy_refuses(const struct graph *g, const struct policy *p);
/* How the policy bends a row on a weight, or on a call; fills in what struct applied has of it. */
void bend_weight(const struct planner *w, struct applied *a);
void bend_activity(const struct planner *w, struct applied *a);
/* The same of a joint term. */
void bend_joint(const struct planner *w, struct applied *a);
/* Whether the activity penalties of a call act on its inputs. */
bool bend_to_input(const struct planner *w, id call);

#endif
