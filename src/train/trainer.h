/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The trainer: what is compiled from a model and the data, and the memory that steps and reports
 * work in. It is made when it is first needed, and dropped when the model changes; nothing in it is
 * lost by that but time.
 *
 * One step is forward, backward, check, commit. Only commit changes the model, so a step that fails
 * never happened. Nothing here prints or reads a clock. */
#ifndef NNR_TRAIN_TRAINER_H
#define NNR_TRAIN_TRAINER_H

#include "train/batch.h"
#include "train/kept_step.h"
#include "train/metrics.h"
#include "train/objective.h"
#include "train/second_pass.h"
#include "train/update.h"

struct trainer {
    struct derived derived;
    struct model *model;
    struct plan *train, *infer; /* train: NULL without objectives */
    struct frame *train_frame, *infer_frame;
    struct objective objective[OUTPUTS_MOST];
    size_t objectives;
    struct range *range;
    size_t ranges;
    struct batch batch;
    struct workers *workers;   /* NULL: steps run on one thread */
    struct second_pass second; /* room for it, from the first step on that takes one */
    struct metrics *metrics;
    struct last_batch last_batch; /* of the last step */
    struct kept_step kept;        /* how the last step began, where that was to be kept: */
    uint64_t keep_from;           /* from so many steps on (0: always), */
    bool keep_epoch_end;          /* or in a step that ends an epoch */
    bool renewed;                 /* numbers of penalties have changed since it was prepared */
    real *next_grad; /* where a step makes its gradient; becomes the model's when it is committed */
    double *room;    /* what constraints work in (update_room) */
    real *probe_grad; /* gradients that only a report asks for */
};

/* A model's trainer; NULL before it is prepared for the first time, and after a change. */
static inline struct trainer *trainer_of(const struct model *m)
{
    return (struct trainer *)m->derived;
}

/* Checks that the model can be trained on the data (input and target sizes, a loss and an optimizer
 * chosen), compiles what is missing and draws first weights. On error the model is as before. */
int trainer_prepare(struct model *m, const struct dataset *d, uint64_t seed, struct err *e);
/* What its two plans take to work in, once both are used. */
double trainer_gigabytes(const struct trainer *t);
/* Gives a frame of one of the model's plans the present numbers of its penalties. */
void trainer_numbers(const struct model *m, struct frame *f);
/* The checks alone. */
int trainer_check(const struct model *m, const struct dataset *d, struct err *e);
/* Prepares for passes without training alone; with `objectives` false targets and loss are not
 * looked at. */
int trainer_prepare_passes(struct model *m, const struct dataset *d, uint64_t seed, bool objectives,
                           struct err *e);
/* Takes the next batch of the epoch that runs; trainer_prepare must have succeeded since the model,
 * the data or the seed changed. *figures are those of this batch; m->state.position is 0 when the
 * epoch ended with it. A total or gradient that is not finite is an error and changes nothing. */
int trainer_step(struct trainer *t, const struct dataset *d, struct figures *figures,
                 struct err *e);

#endif
