/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A step on several threads: each takes a part of the batch, with a frame and a gradient of its
 * own; gradients and sums are added in the order of the workers, so the same number of threads
 * gives the same bits. */
#ifndef NNR_TRAIN_WORKERS_H
#define NNR_TRAIN_WORKERS_H

#include "train/batch.h"
#include "train/model.h"
#include "train/range.h"

struct workers;

/* The most threads that a step may use; holds for the process, 1 at the start. */
void workers_allow(unsigned threads);
/* How many those are. */
unsigned workers_allowed(void);
/* Workers for a training plan whose gradient has `reals` numbers, when more than one thread is
 * allowed and its steps are worth it: *to stays NULL otherwise. The first of them works in `frame`,
 * which is borrowed. 0, or -1 without memory. */
int workers_create(const struct plan *p, struct frame *frame, size_t reals, struct workers **to);
/* Whether since the last call the system refused threads; then all steps take one. */
bool workers_refused(void);
/* Others of the same threads for another pass over the same batch; they are destroyed first. */
int workers_twin(const struct workers *w, struct frame *frame, size_t reals, struct workers **to);
void workers_destroy(struct workers *w);
/* Where the weights stand now, and where the gradient is made. */
void workers_place(struct workers *w, const real *weight, real *grad, const struct stop *stop);
/* Whether a batch of n samples is split. */
bool workers_take(const struct workers *w, size_t n);
/* Forward and backward; the gradient becomes the whole batch's, row[] and *x its figures. Returns
 * the Euclidean norm of the gradient over the ranges. */
double workers_step(struct workers *w, const struct batch_pass *p, const struct range *range,
                    size_t ranges, double *row, struct figures *x);
/* Runs update(self, part, parts) for each part of the weights. */
void workers_update(struct workers *w, void (*update)(void *self, size_t part, size_t parts),
                    void *self);
/* The frames that hold the last step, in the order of their samples. */
size_t workers_frames(const struct workers *w);
struct frame *const *workers_frame(const struct workers *w);

#endif
