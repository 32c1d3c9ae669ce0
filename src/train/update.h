/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a committed step does to the weights: the gradient is clipped and gets its noise, the
 * optimizer moves the weights along it (a decoupled decay comes first), penalties with prox=yes
 * move them further (train/proximal.h), constraints bring them back (Keras's order), and what is
 * pruned is 0. */
#ifndef NNR_TRAIN_UPDATE_H
#define NNR_TRAIN_UPDATE_H

#include "train/proximal.h"
#include "train/workers.h"

struct update {
    struct model *model;
    const struct plan *plan;
    const real *grad; /* is left as it is */
    uint64_t seed;    /* of the noise */
    const struct range *range;
    size_t ranges;
    real *scratch;           /* as large as the gradient; overwritten */
    double *room;            /* update_room of them; overwritten */
    struct workers *workers; /* NULL: one thread */
};

/* How many doubles the constraints of a graph work in. */
size_t update_room(const struct graph *g);
/* Moves the weights and counts the update. Frozen weights stay as they are. Cannot fail: see
 * update_reach. */
void update_weights(const struct update *u);

/* What another gradient, or an optimizer with other keys, would have done from a state that is
 * past: nothing of the model but its graph, its recipe, its penalties' numbers and what is pruned
 * is looked at. */
struct update_trial {
    const struct model *model;
    const struct plan *plan;
    id term; /* a proximal one whose strength counts `factor` times; NOTHING: there is none */
    double factor;
    const struct args *args;  /* the optimizer */
    struct opt_common common; /* as they say */
    uint64_t seed, step;      /* of the noise */
    const struct range *range;
    size_t ranges;
    const real *weight;      /* before the update */
    const real *const *slot; /* the optimizer's numbers before it; NULL: it starts afresh */
    uint64_t updates;        /* that were made before it; 0 where it starts afresh */
    real *scratch;           /* as large as the gradient; overwritten */
    double *room;            /* as in struct update */
};

/* The weights after an update along grad, in to[]; those that may not move are not written. The
 * bits are those that update_weights would make. */
void update_weights_from(const struct update_trial *t, const real *grad, real *to);
/* What such an update adds to the weights. It is computed by itself where neither a constraint nor
 * the optimizer looks at the weight and no proximal penalty moves it, so that nothing of it is lost
 * beside a large weight. */
void update_difference(const struct update_trial *t, const real *grad, real *to);

/* The largest number that this may come to write for a gradient of Euclidean norm `norm` over all
 * weights that may move; not finite if that is not. */
double update_reach(const struct model *m, double norm);

#endif
