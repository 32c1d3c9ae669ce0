/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second gradient of a step with sam= (Foret et al. 2021, "Sharpness-Aware Minimization"): the
 * batch of the step, with its masks and noise, at w + sam g / |g|, where g is the gradient at w
 * over all weights that may move. It has frames of its own, so what the first pass left, the rows
 * and the figures that moving statistics follow, is what counts. */
#ifndef NNR_TRAIN_SECOND_PASS_H
#define NNR_TRAIN_SECOND_PASS_H

#include "train/workers.h"

struct second_pass {
    struct frame *frame;
    struct workers *workers; /* NULL: one thread */
    real *weight, *grad;     /* where it is, and the gradient there */
    double *row;             /* the values of the penalties there, which nobody reads */
};

/* Makes room: for a training plan whose first passes are those of `first`, or NULL; the weights
 * have `reals` numbers. 0, or -1 without memory, and then it is empty. */
int second_pass_room(struct second_pass *s, const struct plan *p, const struct workers *first,
                     size_t reals);
/* Before `first` is destroyed. */
void second_pass_finish(struct second_pass *s);
/* Lets its frames stand on its weights. */
void second_pass_place(const struct second_pass *s, const struct stop *stop);
/* All its frames. */
size_t second_pass_frames(const struct second_pass *s);
struct frame *const *second_pass_frame(const struct second_pass *s);
/* Goes from the model's weights along grad, of that norm. Where it is 0, it stays. */
void second_pass_move(struct second_pass *s, const struct model *m, const real *grad, double norm);
/* Forward and backward; returns the norm of the gradient over the ranges. */
double second_pass_run(struct second_pass *s, const struct batch_pass *p, const struct range *range,
                       size_t ranges, bool split, struct figures *x);

#endif
