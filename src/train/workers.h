/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A step on several threads: each takes a part of the batch, with a frame and a gradient of its
 * own; gradients and sums are added in the order of the workers, so the same number of threads
 * gives the same bits. */
#ifndef NNR_TRAIN_WORKERS_H
#define NNR_TRAIN_WORKERS_H

#include "train/model.h"

struct workers;

/* The most threads that a step may use; holds for the process, 1 at the start. */
void workers_allow(unsigned threads);
/* Workers for a model whose training plan is compiled, when more than one thread is allowed and its
 * steps are worth it: *to stays NULL otherwise. 0, or -1 without memory. */
int workers_create(struct model *m, struct workers **to);
/* Whether since the last call the system refused threads; then all steps take one. */
bool workers_refused(void);
void workers_destroy(struct workers *w);
/* The model's weights, or where its gradient is made, stand elsewhere now. */
void workers_place(struct workers *w, const struct model *m);
/* Whether a batch of n samples is split. */
bool workers_take(const struct workers *w, size_t n);
/* Forward and backward on samples [first, first + n) of the order; m->next_grad becomes the whole
 * batch's gradient, m->row and *x its figures. Returns the Euclidean norm of the gradient. */
double workers_step(struct model *m, const struct dataset *d, const uint32_t *order, size_t first,
                    size_t n, struct figures *x);
/* Runs update(m, g, part, parts) for each part of the weights. */
void workers_update(struct model *m, const real *g,
                    void (*update)(struct model *m, const real *g, size_t part, size_t parts));
/* The frames that hold the last step, in the order of their samples: how many, and the i-th. */
size_t workers_frames(const struct workers *w);
const struct frame *workers_frame(const struct workers *w, size_t i);

#endif
