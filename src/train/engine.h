/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training: one step is forward, backward, check, commit. Only commit changes the model, so a step
 * that fails never happened. Nothing here prints or reads a clock. */
#ifndef NNR_TRAIN_ENGINE_H
#define NNR_TRAIN_ENGINE_H

#include "train/model.h"

/* Checks that the model can be trained on the data (input and target sizes, a loss and an optimizer
 * chosen), compiles what is missing and draws first weights. On error the model is as before. */
int engine_prepare(struct model *m, const struct dataset *d, uint64_t seed, struct err *e);
/* The checks alone. */
int engine_check(const struct model *m, const struct dataset *d, struct err *e);
/* Takes the next batch of the epoch that runs; engine_prepare must have succeeded since the model,
 * the data or the seed changed. *figures are those of this batch; m->position is 0 when the epoch
 * ended with it. A total or gradient that is not finite is an error and changes nothing. */
int engine_step(struct model *m, const struct dataset *d, struct figures *figures, struct err *e);
/* The means over the epoch so far, or over the one that just ended. */
struct figures engine_epoch(const struct model *m);
/* Samples in a full batch: the batch size, or all training samples where they are fewer. */
size_t engine_batch(const struct dataset *d);
/* Steps in an epoch. */
size_t engine_steps(const struct dataset *d);
/* Checks only what a forward pass needs: inputs that fit the data. */
int engine_check_inputs(const struct model *m, const struct dataset *d, struct err *e);

/* Which samples a report is about. */
enum share { SHARE_EVALUATION, SHARE_TRAIN, SHARE_VALIDATION, SHARE_BATCH };

/* A pass without training over a share of the data, batch by batch in order: inference plan, its
 * own values and gradients. */
struct probe {
    struct model *model;
    const struct dataset *data;
    size_t first, end, at; /* samples; for SHARE_BATCH positions in the epoch's order */
    const uint32_t *order; /* NULL: as they stand */
    size_t samples;        /* in the batch that probe_next ran */
};
/* Prepares; with `heads` false targets and loss are not looked at. A share without samples is an
 * error. */
int probe_begin(struct probe *p, struct model *m, const struct dataset *d, uint64_t seed,
                enum share share, bool heads, struct err *e);
/* Runs the next batch forward; m->infer_frame then holds it. False when there is none, or when
 * m->stop asks to end: whoever has set that looks at it after the last batch. */
bool probe_next(struct probe *p);
/* One sample typed by hand: `row` has d->inputs numbers, scaled as the data is; of d only its
 * inputs and shape are read. Values are in m->infer_frame. */
int probe_row(struct model *m, const struct dataset *d, uint64_t seed, const real *row,
              struct err *e);

#endif
