/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of a model at the end of each epoch: the newest value of a figure, and the best.
 * The curves of the history are thinned and can be cut back; here no epoch is left out. */
#ifndef NNR_TRAIN_NOTE_H
#define NNR_TRAIN_NOTE_H

#include "nn/graph.h"

#include <stdbool.h>
#include <stdint.h>

enum noted {
    /* Of the training share: the mean over the epoch as it ran. */
    NOTED_LOSS,
    NOTED_DATA,
    NOTED_PENALTY,
    /* Of the validation share, as the model stood at the epoch's end. */
    NOTED_VAL_LOSS,
    NOTED_VAL_DATA,
    NOTED_VAL_PENALTY,
    NOTED_VAL_ACCURACY,
    NOTED_VAL_HEAD, /* the loss of the first output, without its weight; the others follow */
    NOTEDS = NOTED_VAL_HEAD + OUTPUTS_MOST
};

/* Zeroed memory is a note of no epoch. */
struct note {
    double newest, best;        /* best: NaN when no epoch had a number */
    uint64_t epoch, best_epoch; /* from 1; epoch 0: there was none. Without a best, best_epoch is
                                 * that before the first. */
    uint64_t of;                /* of a head: the value that it is the loss of */
};

/* Whether x is better than the best so far: smaller, of an accuracy larger. Any number is
 * better than NaN, which is never a best. */
bool note_is_better(enum noted which, double x, double best);
/* Adds what the epoch that just ended, number `epoch`, came to. */
void note_add(struct note *n, enum noted which, uint64_t epoch, double x);
/* Epochs without a new best. */
uint64_t note_stalled(const struct note *n);

#endif
