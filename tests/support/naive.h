/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The naive ledger: a plain walk over the calls, in double and by the textbook. It reads the graph
 * and nothing else of nn: no plan, no frame, no kernel, no function of a penalty or a loss. Each
 * penalty is its kind's printed formula, evaluated as an expression; contractive is a sum over the
 * Jacobian, of activations without corners. */
#ifndef NNR_TESTS_NAIVE_H
#define NNR_TESTS_NAIVE_H

#include "nn/graph.h"

struct naive {
    const struct graph *g;
    const struct args **args; /* of each term, borrowed; NULL: as the graph says */
    size_t samples;
    bool training;        /* batchnorm takes the batch's moments; else its moving ones */
    uint64_t seed, step;  /* in training: of what is random */
    const double *weight; /* g->weight_reals of them, borrowed */
    double **value;       /* for each value [samples][count] */
    double **mask;        /* for each value [samples][steps], 0 at masked ones; NULL: it has none */
};

/* What the model is measured with: the loss of a value against [samples] rows of targets. */
struct naive_head {
    id value;
    const struct args *loss;
    double weight; /* the factor its loss counts with */
    const double *target;
    size_t target_cols;          /* for each row of the output */
    const double *sample_weight; /* what each sample counts; NULL: 1 */
};

/* Room for `samples` samples. */
void naive_start(struct naive *n, const struct graph *g, size_t samples);
void naive_finish(struct naive *n);
/* Computes every value; input[i] is that of the i-th input layer, [samples][count]. */
void naive_forward(struct naive *n, const double *weight, const double *const *input);
/* One term where it is applied: on its weight (call is NOTHING) or on the output of a call. */
double naive_term(const struct naive *n, id term, id call);
/* All of a term: once for a weight, else once for each call. */
double naive_row(const struct naive *n, id term);
double naive_data(const struct naive *n, const struct naive_head *h);
/* The data losses and every term. */
double naive_total(const struct naive *n, const struct naive_head *h, size_t heads);

#endif
