/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the data's columns to the inputs and targets of a frame, in the order of the epoch. */
#ifndef NNR_TRAIN_BATCH_H
#define NNR_TRAIN_BATCH_H

#include "nn/frame.h"
#include "train/loss.h"

struct batch {
    size_t *width; /* of each of `inputs` inputs, in numbers a sample */
    size_t inputs;
    struct columns target[OUTPUTS_MOST]; /* of each of `heads` heads */
    size_t heads;
    size_t shares[OUTPUTS_MOST]; /* where mixup makes shares of a head's class numbers: how many
                                  * a class has; else 0 */
    real **gathered;             /* one array an input, then one a head */
    size_t capacity;
    real *weight;      /* of the samples; NULL: the data has none */
    uint32_t *partner; /* of a step's samples: with which one each is mixed; NULL: with none */
    double *own;       /* and the share that it keeps */
    uint32_t *order;   /* of order_count training samples in epoch order_epoch */
    size_t order_count, order_room;
    uint64_t order_epoch, seed;
    bool ordered;
};

/* Samples in a full batch: the batch size, or all training samples where they are fewer. */
size_t batch_samples(const struct dataset *d);

/* Makes zeroed memory a batch of up to `capacity` samples for a graph; target[] are `heads`
 * outputs' columns, shares[] as in the struct, `training` how many samples an order has. 0, or -1
 * without memory; it is destroyed in both cases. */
int batch_create(struct batch *b, const struct graph *g, const struct columns *target,
                 const size_t *shares, size_t heads, size_t capacity, size_t training);
/* How many numbers a sample's targets are at a head, as shares where mixup makes some. */
size_t batch_target_width(const struct batch *b, size_t head);
/* Room for what the data asks for beyond that: weights, mixup. 0, or -1 without memory. */
int batch_make_room(struct batch *b, const struct dataset *d);
void batch_destroy(struct batch *b);
/* From here on orders follow this seed. */
void batch_seed(struct batch *b, uint64_t seed);
/* The order of the training samples in an epoch; NULL: as they stand. */
const uint32_t *batch_order(struct batch *b, const struct dataset *d, uint64_t epoch,
                            const struct stop *stop);
/* Points a frame's inputs and targets at samples [first, first + n) of an order, gathered from
 * place `at` of the batch on. */
void batch_fill(const struct batch *b, struct frame *f, const struct dataset *d,
                const uint32_t *order, size_t first, size_t n, size_t at);

/* The forward and backward pass of one step. */
struct batch_pass {
    struct batch *batch;
    const struct dataset *data;
    const uint32_t *order;
    size_t first, samples; /* the step's, in the order */
    uint64_t seed, step;   /* the key of what is random */
};
/* Settles what the step's samples are mixed with: before it runs, once for all its parts. */
void batch_pass_begin(const struct batch_pass *p);
/* Points a frame's inputs and targets at samples [from, to) of the step as they are trained on:
 * mixed and with noise, as the data says. */
void batch_pass_fill(const struct batch_pass *p, struct frame *f, size_t from, size_t to);
/* Runs samples [from, to) of the step in a frame. */
void batch_pass_run(const struct batch_pass *p, struct frame *f, size_t from, size_t to);

#endif
