/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a policy bends the rows of the ledger. */
#ifndef NNR_NN_BEND_H
#define NNR_NN_BEND_H

#include "nn/plan.h"

struct planner;

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
