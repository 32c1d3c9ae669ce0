/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/evaluator.h"

static const struct span nowhere;

static void choose_share(struct evaluator *x, const struct dataset *d, enum share share)
{
    const bool validation =
        share == SHARE_VALIDATION || (share == SHARE_EVALUATION && d->training < d->samples);
    x->first = validation ? d->training : 0;
    x->end = validation ? d->samples : d->training;
    if (share != SHARE_BATCH)
        return;
    /* The batch of the last step; before any, the one to come. */
    const struct model *m = x->trainer->model;
    const uint64_t epoch =
        m->state.position || !m->state.epoch ? m->state.epoch : m->state.epoch - 1;
    size_t end = m->state.position ? (size_t)m->state.position
                 : m->state.epoch  ? d->training
                                   : d->batch;
    end = end < d->training ? end : d->training;
    size_t part = end % d->batch;
    x->end = end;
    x->first = end - (part ? part : d->batch);
    x->order = batch_order(&x->trainer->batch, d, epoch, m->stop);
}

int evaluator_begin(struct evaluator *x, struct model *m, const struct dataset *d, uint64_t seed,
                    enum share share, bool objectives, struct err *e)
{
    if (share == SHARE_VALIDATION && d->training == d->samples) {
        err_at(e, nowhere, "the data has no validation share");
        return err_hint(e, "load it with split=0.2, for example");
    }
    if (trainer_prepare_passes(m, d, seed, objectives, e))
        return -1;
    *x = (struct evaluator){.trainer = trainer_of(m), .data = d};
    choose_share(x, d, share);
    x->at = x->first;
    return 0;
}

bool evaluator_next(struct evaluator *x)
{
    const size_t left = x->end - x->at, full = batch_samples(x->data);
    const struct stop *stop = x->trainer->model->stop;
    struct frame *f = x->trainer->infer_frame;
    if (!left || stop_asked(stop))
        return false;
    x->samples = left < full ? left : full;
    batch_fill(&x->trainer->batch, f, x->data, x->order, x->at, x->samples, 0);
    frame_samples(f, x->samples);
    frame_forward(f);
    x->at += x->samples;
    return !stop_asked(stop);
}

int evaluator_row(struct model *m, const struct dataset *d, uint64_t seed, const real *row,
                  struct err *e)
{
    struct evaluator x;
    const struct dataset one = {.samples = 1,
                                .training = 1,
                                .batch = 1,
                                .inputs = d->inputs,
                                .shape = d->shape,
                                .x = (real *)row};
    if (evaluator_begin(&x, m, &one, seed, SHARE_TRAIN, false, e))
        return -1;
    evaluator_next(&x);
    return stop_check(m->stop, e);
}
