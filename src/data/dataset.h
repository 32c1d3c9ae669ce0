/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples: what `data` made, split into a training and a validation share. */
#ifndef NNR_DATA_DATASET_H
#define NNR_DATA_DATASET_H

#include "base/entry.h"
#include "base/stop.h"
#include "num/real.h"

enum scaling { SCALE_NONE, SCALE_MINMAX, SCALE_STANDARD };

/* Rows of `inputs` reals in x and `targets` reals in y, row after row. The training samples come
 * first, in the order they were made; the validation samples follow, in the same order. With
 * target=input y is x itself. */
struct dataset {
    struct arena arena;          /* holds args */
    const struct args *args;     /* the statement that made it: its kind and keys */
    size_t samples, training;    /* training <= samples; the rest is the validation share */
    size_t inputs, targets;      /* columns */
    struct shape shape;          /* of one sample's input as the loader sees it: 64, 10x100 */
    uint32_t border[8], borders; /* columns before each `|` of the inputs; none: as needed */
    uint32_t target_border[8], tborders; /* the same for the targets */
    real *x, *y;
    real *weight; /* for each sample how much its loss counts; NULL: 1 each */
    bool target_is_input;
    bool whole_targets;            /* one column of whole numbers from 0: may be class numbers */
    size_t classes;                /* then: the largest of them plus 1 */
    const char *const *column;     /* names of the inputs, then of the targets; NULL: none */
    const char *const *class_name; /* of classes that were words in a file; NULL: none */
    bool headed;        /* a first line was taken for a header, and nobody had said so; */
    bool headed_number; /* and a cell of it is a number */
    size_t batch;       /* samples a step, 1.. */
    bool shuffle;
    double mixup, noise; /* of training batches: Beta's parameter, and a deviation; 0: neither */
    size_t *shared;      /* how many datasets share arena and arrays; NULL: this one alone */
    const struct stop *stop; /* while it is made: long loops look at it; afterwards NULL */
    double *shift, *factor;  /* inputs are (raw - shift) * factor, column by column; NULL: raw */
};

/* A loader: one row of the table of datasets. `load` fills samples, inputs, targets, shape,
 * borders, x, y (mem_block) and target_is_input; all random numbers follow from `seed`. What takes
 * long looks at to->stop. */
struct data_kind {
    struct entry entry;
    int (*load)(const struct args *args, uint64_t seed, struct dataset *to, struct err *e);
};
extern const struct table data_kinds;

/* The keys that every kind takes: split, batch, shuffle, scale, mixup, train_noise, which is
 * `noise` as well where the samples have no noise of their own. */
#define DATA_KEYS DATA_KEYS_AS("noise")
#define DATA_KEYS_AS(noise_alias)                                                                  \
    {.name = "split",                                                                              \
     .form = KEY,                                                                                  \
     .type = ARG_NUMBER,                                                                           \
     .standard = "0",                                                                              \
     .min = 0,                                                                                     \
     .max = 0.9,                                                                                   \
     .line = "share of the samples kept for validation, drawn once from the seed"},                \
        {.name = "batch",                                                                          \
         .form = KEY,                                                                              \
         .type = ARG_WHOLE,                                                                        \
         .standard = "32",                                                                         \
         .min = 1,                                                                                 \
         .max = 1e6,                                                                               \
         .line = "samples in a step"},                                                             \
        {.name = "shuffle",                                                                        \
         .form = KEY,                                                                              \
         .type = ARG_BOOL,                                                                         \
         .standard = "yes",                                                                        \
         .line = "a new order of the training samples at each epoch"},                             \
        {.name = "mixup",                                                                          \
         .form = KEY,                                                                              \
         .type = ARG_NUMBER,                                                                       \
         .standard = "0",                                                                          \
         .min = 0,                                                                                 \
         .max = 1e3,                                                                               \
         .least = 1e-3,                                                                            \
         .line = "ALPHA: each sample of a training batch is mixed with another one of it, by a "   \
                 "share from Beta(ALPHA, ALPHA); 0: none is",                                      \
         .use = "Where a classifier learns its training samples by heart: 0.1 to 0.4."},           \
        {.name = "train_noise",                                                                    \
         .form = KEY,                                                                              \
         .type = ARG_NUMBER,                                                                       \
         .standard = "0",                                                                          \
         .min = 0,                                                                                 \
         .max = 1e6,                                                                               \
         .alias = (noise_alias),                                                                   \
         .line = "deviation of the normal noise added to the inputs of each training batch",       \
         .use = "Where inputs were measured with noise, and for denoising autoencoders."},         \
    {                                                                                              \
        .name = "scale", .form = KEY, .type = ARG_CHOICE, .of = &data_scalings,                    \
        .standard = "none",                                                                        \
        .line =                                                                                    \
            "inputs column by column: none, minmax (to 0..1) or standard (mean 0, deviation 1)"    \
    }
extern const struct table data_scalings;

/* Makes the dataset that the bound statement `args` (of a data_kind) describes, split and scaled.
 * On error `to` is left zeroed; so when `stop`, which may be NULL, asks to end: ERR_STOPPED. */
int dataset_make(const struct args *args, uint64_t seed, const struct stop *stop,
                 struct dataset *to, struct err *e);
void dataset_finish(struct dataset *d);
/* Makes `to` a second dataset on the same samples; batch and shuffle are its own. Each is finished
 * by itself. */
int dataset_share(struct dataset *from, struct dataset *to, struct err *e);

/* Whether the batches have two samples for mixup to mix; `where` is what asks for it. */
int dataset_check_mixup(const struct dataset *d, struct span where, struct err *e);

/* The order of the training samples in an epoch (from 0): a permutation when `shuffle` is on, else
 * 0, 1, 2 ...; order has room for d->training. False: `stop` asked to end on the way. */
bool dataset_order(const struct dataset *d, uint64_t seed, uint64_t epoch, const struct stop *stop,
                   uint32_t *order);
/* Copies columns [column, column + width) of `rows` samples from a matrix with `stride` columns
 * into to[rows][width]: samples order[0..rows), or first, first + 1, ... when order is NULL. */
void dataset_gather(const real *from, size_t stride, const uint32_t *order, size_t first,
                    size_t rows, size_t column, size_t width, real *to);
#endif
