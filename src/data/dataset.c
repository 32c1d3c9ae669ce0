/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/dataset.h"

#include "base/rng.h"
#include "data/load.h"
#include "data/scale.h"

#include <string.h>

#define ROW(word) extern const struct data_kind data_##word;
#include "data/data_kinds.def"
#undef ROW

static const struct entry *const kinds[] = {
#define ROW(word) &data_##word.entry,
#include "data/data_kinds.def"
#undef ROW
};
const struct table data_kinds = {"dataset", kinds, COUNT(kinds)};

static const struct entry scaling_none = {
    .name = "none",
    .summary = "inputs as they are",
    .details = "Nothing is shifted or divided.",
    .example = "data moons scale=none\ninput 2\ndense 1 sigmoid\ntrain 1\n",
};
static const struct entry scaling_minmax = {
    .name = "minmax",
    .summary = "each input column from 0 to 1",
    .details = "(x - lowest) / (highest - lowest), with the lowest and highest number of the "
               "column in the training share, applied to the validation share and to predict as "
               "well. A column that is constant there is only shifted to 0.",
    .example = "data blobs scale=minmax split=0.2\ninput 2\ndense 3 softmax\ntrain 1\n",
};
static const struct entry scaling_standard = {
    .name = "standard",
    .summary = "each input column with mean 0 and deviation 1",
    .details = "(x - mean) / deviation, with the column's mean and deviation (the root of the mean "
               "squared distance from the mean, divided by n) in the training share, applied to "
               "the validation share and to predict as well. A column that is constant there is "
               "only shifted to 0.",
    .example = "data moons noise=0.1 scale=standard\ninput 2\ndense 1 sigmoid\ntrain 1\n",
};
static const struct entry *const scalings[] = {
    [SCALE_NONE] = &scaling_none,
    [SCALE_MINMAX] = &scaling_minmax,
    [SCALE_STANDARD] = &scaling_standard,
};
const struct table data_scalings = {"scaling", scalings, COUNT(scalings)};

static enum scaling scaling_of(const struct entry *choice)
{
    return choice == &scaling_minmax     ? SCALE_MINMAX
           : choice == &scaling_standard ? SCALE_STANDARD
                                         : SCALE_NONE;
}

/* Marks the validation samples: the first ones of a random order. */
static int draw_held(const struct dataset *d, uint64_t seed, bool *held, struct err *e)
{
    uint32_t *order = mem_new(d->samples, sizeof *order);
    if (!order)
        return err_memory(e);
    const bool whole = rng_order(rng_key(seed, "split", "", 0), order, d->samples, d->stop);
    for (size_t i = 0; whole && i < d->samples - d->training; i++)
        held[order[i]] = true;
    mem_free(order);
    return whole ? 0 : err_stopped(e);
}

/* Moves the rows of m[samples][width] that are held behind the others; both keep their order. */
static int move_held(const struct dataset *d, const bool *held, real *m, size_t width,
                     struct err *e)
{
    size_t row = width * sizeof *m, front = 0, back = 0;
    real *kept = mem_block((d->samples - d->training) * width, sizeof *m);
    if (!kept)
        return err_memory(e);
    for (size_t s = 0; s < d->samples && !stop_asked(d->stop); s++)
        if (held[s])
            memcpy(kept + back++ * width, m + s * width, row);
        else
            memmove(m + front++ * width, m + s * width, row);
    if (!stop_asked(d->stop))
        memcpy(m + front * width, kept, back * row);
    mem_free(kept);
    return stop_check(d->stop, e);
}

static int part_samples(struct dataset *d, uint64_t seed, struct err *e)
{
    bool *held = mem_new(d->samples, sizeof *held);
    if (!held)
        return err_memory(e);
    int bad = draw_held(d, seed, held, e) || move_held(d, held, d->x, d->inputs, e) ||
              (!d->target_is_input && move_held(d, held, d->y, d->targets, e)) ||
              (d->weight && move_held(d, held, d->weight, 1, e));
    mem_free(held);
    return bad ? -1 : 0;
}

static int split_samples(struct dataset *d, uint64_t seed, struct err *e)
{
    const struct arg *share = args_get(d->args, "split");
    size_t held = (size_t)floor((double)d->samples * share->as.number + 0.5);
    if (held >= d->samples) {
        char text[NUMBER_ROOM];
        err_at(e, share->where, "split=%s of %zu sample%s leaves none to train on",
               number_text(share->as.number, text), d->samples, d->samples == 1 ? "" : "s");
        return err_hint(e, "take a smaller split or more samples");
    }
    d->training = d->samples - held;
    return held ? part_samples(d, seed, e) : 0;
}

/* Sees whether the targets may be class numbers. */
static void look_for_classes(struct dataset *d)
{
    const real most = 999999;
    real largest = 0;
    d->whole_targets = d->targets == 1;
    for (size_t s = 0; s < d->samples && d->whole_targets && !stop_asked_at(d->stop, s); s++) {
        real y = d->y[s];
        d->whole_targets = y >= 0 && y <= most && (real)(long)y == y;
        largest = y > largest ? y : largest;
    }
    d->classes = d->whole_targets ? (size_t)largest + 1 : 0;
}

int dataset_check_mixup(const struct dataset *d, struct span where, struct err *e)
{
    if (d->mixup == 0 || (d->batch > 1 && d->training > 1))
        return 0;
    err_at(e, where, "mixup mixes two samples of a batch, and %s one",
           d->batch == 1 ? "a batch has" : "there is only");
    return err_hint(e, d->batch == 1 ? "take larger batches, or mixup=0" : "leave out mixup=");
}

static int make_dataset(struct dataset *d, const struct args *args, uint64_t seed, struct err *e)
{
    /* The entry is the first member of its row. */
    const struct data_kind *kind = (const void *)args->entry;
    d->args = args_copy(&d->arena, args);
    if (!d->args)
        return err_memory(e);
    d->batch = (size_t)args_whole(args, "batch");
    d->shuffle = args_yes(args, "shuffle");
    d->mixup = args_number(args, "mixup");
    d->noise = args_number(args, "train_noise");
    if (kind->load(args, seed, d, e) || split_samples(d, seed, e))
        return -1;
    if (dataset_check_mixup(d, args_get(args, "mixup")->where, e))
        return -1;
    const struct arg *scale = args_get(args, "scale");
    if (scale_inputs(d, scaling_of(scale->as.choice), scale->where, e))
        return -1;
    look_for_classes(d);
    return stop_check(d->stop, e);
}

int dataset_make(const struct args *args, uint64_t seed, const struct stop *stop,
                 struct dataset *to, struct err *e)
{
    *to = (struct dataset){.stop = stop};
    if (!make_dataset(to, args, seed, e)) {
        to->stop = NULL;
        return 0;
    }
    dataset_finish(to);
    return -1;
}

int dataset_share(struct dataset *from, struct dataset *to, struct err *e)
{
    if (!from->shared && !(from->shared = mem_new(1, sizeof *from->shared)))
        return err_memory(e);
    if (!*from->shared)
        *from->shared = 1;
    ++*from->shared;
    *to = *from;
    return 0;
}

void dataset_finish(struct dataset *d)
{
    if (d->shared && --*d->shared) {
        *d = (struct dataset){0};
        return;
    }
    mem_free(d->shared);
    if (d->y != d->x)
        mem_free(d->y);
    mem_free(d->x);
    mem_free(d->weight);
    mem_free(d->shift);
    mem_free(d->factor);
    arena_finish(&d->arena);
    *d = (struct dataset){0};
}

bool dataset_order(const struct dataset *d, uint64_t seed, uint64_t epoch, const struct stop *stop,
                   uint32_t *order)
{
    if (d->shuffle)
        return rng_order(rng_key(seed, "shuffle", "", epoch), order, d->training, stop);
    for (size_t i = 0; i < d->training; i++)
        order[i] = (uint32_t)i;
    return true;
}

/* Few numbers of each row, so many that the compiler knows. */
static inline void gather_few(const real *from, size_t stride, const uint32_t *order, size_t rows,
                              size_t width, real *to)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * width, from + order[i] * stride, width * sizeof *to);
}

void dataset_gather(const real *from, size_t stride, const uint32_t *order, size_t first,
                    size_t rows, size_t column, size_t width, real *to)
{
    if (!order && width == stride) {
        memcpy(to, from + first * stride, rows * width * sizeof *to);
        return;
    }
    if (order && width == 1)
        return gather_few(from + column, stride, order, rows, 1, to);
    if (order && width == 2)
        return gather_few(from + column, stride, order, rows, 2, to);
    if (order && width == 4)
        return gather_few(from + column, stride, order, rows, 4, to);
    for (size_t i = 0; i < rows; i++) {
        size_t s = order ? order[i] : first + i;
        memcpy(to + i * width, from + s * stride + column, width * sizeof *to);
    }
}
