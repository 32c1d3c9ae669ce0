/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A frame: the blocks that one run of a plan works in. It borrows weights and their gradient, owns
 * values, gradients and sums, and knows how many samples are there. */
#ifndef NNR_NN_FRAME_H
#define NNR_NN_FRAME_H

#include "base/stop.h"
#include "nn/plan.h"

struct frame {
    const struct plan *plan;
    real *block[BLOCKS];          /* INPUT and TARGET: unused; see input, target */
    const real **input, **target; /* borrowed: one array an input layer, one a head */
    const real *sample_weight;    /* borrowed: how much each sample's losses count; NULL: 1 */
    real **at;                    /* for each operand; NULL for NO_OPERAND */
    double *sums;                 /* penalties' sums, then a value for each head */
    const struct args **args;     /* for each row: what its penalty takes at the next run */
    double *scale;                /* for each row: its factor in the gradient */
    struct extent *extent;        /* for each row, with the current samples */
    double *by;                   /* for each row: how often it counts, over its divisor */
    struct steps_seen *seen;      /* for each mask of the plan, after a forward pass */
    double *mask;                 /* for each row: 1, or 0 to leave its gradient out */
    double head_mask;             /* the same for the data loss */
    size_t samples;
    size_t first, total; /* of a part of a batch: its first sample there, and the batch's samples */
    const struct stop *stop; /* NULL: nothing ends a pass early */
    uint64_t seed, step;     /* the key of what is random in a step */
};

/* For ops: how many rows a step goes over now, and room to work in (planner_scratch). */
static inline size_t frame_rows(const struct frame *f, const struct step *s)
{
    return s->rows * f->samples;
}
static inline real *frame_scratch(const struct frame *f)
{
    return f->block[IN_SCRATCH];
}

/* How many numbers a frame of the plan holds. */
double frame_reals(const struct plan *p);
/* NULL when there is no memory. weight and wgrad are borrowed and may be changed with
 * frame_weights. All blocks start as 0; penalties take what the graph says. */
struct frame *frame_create(const struct plan *p);
void frame_destroy(struct frame *f);
void frame_weights(struct frame *f, const real *weight, real *wgrad);
/* The gradient is made elsewhere from now on. */
void frame_slopes(struct frame *f, real *wgrad);
/* The present powers of a row whose kind has them. */
static inline struct powers frame_powers(const struct frame *f, size_t row)
{
    return penalty_kind_of(f->args[row])->powers(f->args[row]);
}
/* How many samples the next run has; the inputs and targets are f->input and f->target. */
void frame_samples(struct frame *f, size_t samples);
/* The same for a part of a batch of `total`, which begins with sample `first` of it. Rows and heads
 * are then what the part adds to those of the batch (a head: by its share of the samples); rows on
 * weights come with the part that begins the batch. */
void frame_part(struct frame *f, size_t samples, size_t first, size_t total);
/* A pass ends early when f->stop asks for it, and what the frame holds then means nothing: whoever
 * has set it looks at it after the pass. */
void frame_forward(const struct frame *f);
void frame_backward(const struct frame *f);
/* Of a value with a mask, after a forward pass; NULL: it has none. */
const struct steps_seen *frame_seen(const struct frame *f, id value);
/* For ops: how often a row counts, by what it is divided by now that its steps are counted. */
void frame_measure_row(const struct frame *f, size_t row);
/* After a forward pass: the value of one row of the ledger, divided as its reduction says. */
double frame_row(const struct frame *f, size_t row);
/* The same as it would be without the plan's policy. */
double frame_true_row(const struct frame *f, size_t row);
/* The gradient of a row on a weight, as it would be in the backward pass, into to[]; also of one
 * that is proximal, and in no gradient. */
void frame_row_slope(const struct frame *f, size_t row, real *to);
/* And of all heads together, each with its weight. */
double frame_data(const struct frame *f);
/* The loss of one head, without its weight. */
double frame_head(const struct frame *f, size_t head);
/* And the losses of one sample alone, each with its weight. */
double frame_sample_loss(const struct frame *f, size_t sample);
/* After a step: moves what follows the batches, in `weight`. */
void frame_averages(const struct frame *f, real *weight);
/* The first weight that would follow a figure which is not finite, or NOTHING. */
id frame_bad_average(const struct frame *f);
/* The array of a value, [samples][count]. */
const real *frame_value(const struct frame *f, id value);

#endif
