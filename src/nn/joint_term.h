/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joint terms: rows of the ledger that belong to no layer. Each is a formula of several of the
 * model's weights and outputs (expr/joint.h) with a strength, and all there is to know of it stands
 * in its arguments. In a graph it is a term whose layer is NOTHING. */
#ifndef NNR_NN_JOINT_TERM_H
#define NNR_NN_JOINT_TERM_H

#include "expr/tensor.h"
#include "nn/graph.h"

enum { JOINT_TENSORS_MOST = 16 };

/* The arguments of the row below. */
enum joint_arg {
    JOINT_STRENGTH,
    JOINT_NAME,
    JOINT_FORMULA, /* without the strength, as one would write it */
    JOINT_TENSORS, /* paths of what it names, each once: a.kernel, b.output */
    JOINT_ARGS
};
/* Stands in no table: nobody puts it into a slot. */
extern const struct penalty_kind joint_term;

static inline bool term_is_joint(const struct term *t)
{
    return t->layer == NOTHING;
}

/* A weight or a value of the graph; the other is NOTHING. */
struct tensor_place {
    id weight, value;
};
/* What a path in the graph's own names means: LAYER.WEIGHT, CALL.output or CALL.input. False: it is
 * none of these. */
bool graph_find_tensor(const struct graph *g, const char *path, struct tensor_place *to);
/* Its shape in a formula, for any number of samples; with a mask, of steps that are there. */
struct dims tensor_dims(const struct graph *g, struct tensor_place at);

/* The joint term of that name, or NOTHING. */
id graph_find_term(const struct graph *g, const char *name);

/* Adds a joint term as it would be typed: `term tie = 0.001 * (...)`. */
void joint_print(struct str *to, const struct args *a);
/* What a term is called: code.activity, or its own name. */
enum { TERM_NAME_ROOM = 480 };
const char *term_name(const struct graph *g, const struct term *t, char *text, size_t room);

#endif
