/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The proximal step: penalties with prox=yes are in no gradient, but move weights right after the
 * optimizer. A weight w becomes the z with the least penalty(z) + sum (z - w)^2 / (2 t), where t is
 * each number's own step size (train/opt.h): of l1 a soft threshold, which leaves exact zeros
 * (Daubechies, Defrise and De Mol 2004; with a step size for each number Duchi, Hazan and Singer
 * 2011, section 1.2). Of several on one weight those that go number by number come first, and so a
 * group_lasso behind an l1 is the proximal step of their sum (Yu 2013) where all step sizes are
 * alike. */
#ifndef NNR_TRAIN_PROXIMAL_H
#define NNR_TRAIN_PROXIMAL_H

#include "nn/plan.h"
#include "train/model.h"

struct proximal {
    const struct plan *plan;
    const struct model *model; /* whose numbers its penalties have */
    id term;                   /* the one that counts `factor` times; NOTHING: all count once */
    double factor;
};

/* Whether any of them is on a weight that moves. */
bool proximal_acts(const struct plan *p, id weight);
/* Moves w[count], a weight or what stands in for it, by its step sizes step[count]. */
void proximal_move(const struct proximal *x, id weight, const real *step, real *w);
/* All weights of the model, which its optimizer has just moved. step is as large as the block of
 * weights, and overwritten. */
void proximal_move_all(const struct plan *p, const struct model *m, real *step);

#endif
