/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A pass without training over a share of the data, batch by batch in order: inference plan, its
 * own values and gradients. */
#ifndef NNR_TRAIN_EVALUATOR_H
#define NNR_TRAIN_EVALUATOR_H

#include "train/trainer.h"

/* Which samples a report is about. */
enum share { SHARE_EVALUATION, SHARE_TRAIN, SHARE_VALIDATION, SHARE_BATCH };

struct evaluator {
    struct trainer *trainer;
    const struct dataset *data;
    size_t first, end, at; /* samples; for SHARE_BATCH positions in the epoch's order */
    const uint32_t *order; /* NULL: as they stand */
    size_t samples;        /* in the batch that evaluator_next ran */
};
/* Prepares; with `objectives` false targets and loss are not looked at. A share without samples is
 * an error. */
int evaluator_begin(struct evaluator *x, struct model *m, const struct dataset *d, uint64_t seed,
                    enum share share, bool objectives, struct err *e);
/* Runs the next batch forward; the trainer's infer_frame then holds it. False when there is none,
 * or when the model's stop asks to end: whoever has set that looks at it after the last batch. */
bool evaluator_next(struct evaluator *x);
/* One sample typed by hand: `row` has d->inputs numbers, scaled as the data is; of d only its
 * inputs and shape are read. Values are in the infer_frame of the model's trainer. */
int evaluator_row(struct model *m, const struct dataset *d, uint64_t seed, const real *row,
                  struct err *e);

#endif
