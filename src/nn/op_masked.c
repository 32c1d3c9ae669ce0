/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalty on an activity that has a mask: on its unmasked steps alone. */
#include "nn/op_masked.h"

#include "nn/frame.h"
#include "nn/planner.h"

#include <string.h>

static uint32_t row_of(const struct step *s)
{
    return ((const struct pass *)s->settings)->row[0];
}

void masked_rows(const struct steps_seen *seen, size_t samples, size_t cols, const real *x,
                 real *to)
{
    for (size_t i = 0; i < samples * seen->steps; i++, x += cols)
        if (seen->mask[i] != 0) {
            memcpy(to, x, cols * sizeof *x);
            to += cols;
        }
}

/* Brings the unmasked steps of each sample of x to its front; what is behind them becomes 0, or, if
 * `repeats`, the last of them. */
static void pack_steps(const struct steps_seen *seen, size_t samples, size_t cols, bool repeats,
                       const real *x, real *to)
{
    const real *m = seen->mask;
    for (size_t i = 0; i < samples; i++, m += seen->steps) {
        size_t at = 0;
        for (size_t t = 0; t < seen->steps; t++, x += cols)
            if (m[t] != 0)
                memcpy(to + at++ * cols, x, cols * sizeof *x);
        for (size_t t = at; t < seen->steps; t++)
            if (repeats && at)
                memcpy(to + t * cols, to + (at - 1) * cols, cols * sizeof *x);
            else
                memset(to + t * cols, 0, cols * sizeof *x);
        to += seen->steps * cols;
    }
}

void masked_rows_back(const struct steps_seen *seen, size_t samples, size_t cols,
                      const real *packed, real *dx, bool add)
{
    for (size_t i = 0; i < samples * seen->steps; i++, dx += cols) {
        const bool there = seen->mask[i] != 0;
        for (size_t j = 0; j < cols; j++)
            dx[j] = (there ? packed[j] : 0) + (add ? dx[j] : 0);
        packed += there ? cols : 0;
    }
}

/* dx (+)= what stands at the front, 0 at masked steps. */
static void unpack_steps(const struct steps_seen *seen, size_t samples, size_t cols,
                         const real *packed, real *dx, bool add)
{
    const real *m = seen->mask;
    for (size_t i = 0; i < samples; i++, m += seen->steps, packed += seen->steps * cols) {
        const real *from = packed;
        for (size_t t = 0; t < seen->steps; t++, dx += cols) {
            const bool there = m[t] != 0;
            for (size_t j = 0; j < cols; j++)
                dx[j] = (there ? from[j] : 0) + (add ? dx[j] : 0);
            from += there ? cols : 0;
        }
    }
}

/* How many numbers a step has. */
static size_t features_of(const struct extent *n)
{
    return n->count / (n->samples * n->seen->steps);
}

/* The extent that a kind is told of; `one` becomes the shape of a step. */
static struct extent extent_for(const struct penalty_kind *kind, const struct extent *n,
                                struct shape *one)
{
    struct extent told = *n;
    if (kind->masked != MASKED_ROWS)
        return told;
    *one = *n->shape;
    one->size[0] = 1;
    told.shape = one;
    told.samples = n->seen->valid;
    told.count = n->seen->valid * features_of(n);
    return told;
}

/* What a kind is given for x: x itself where it knows masks, else the steps that are there. */
static const real *numbers_for(const struct args *args, const struct extent *n, const real *x,
                               real *room)
{
    const struct penalty_kind *kind = penalty_kind_of(args);
    const bool repeats = kind->along_steps && kind->along_steps(args, n->shape);
    if (kind->masked == MASKED_KNOWN)
        return x;
    if (kind->masked == MASKED_ROWS)
        masked_rows(n->seen, n->samples, features_of(n), x, room);
    else
        pack_steps(n->seen, n->samples, features_of(n), repeats, x, room);
    return room;
}

static void run_masked(const struct step *s, const struct frame *f)
{
    const uint32_t row = row_of(s);
    const struct extent *n = &f->extent[row];
    const struct args *args = f->args[row];
    struct shape one;
    const struct extent told = extent_for(penalty_kind_of(args), n, &one);
    frame_measure_row(f, row);
    penalty_kind_of(args)->gather(args, &told,
                                  numbers_for(args, n, f->at[s->x[0]], frame_scratch(f)),
                                  f->sums + f->plan->applied[row].sums);
}

static void run_masked_grad(const struct step *s, const struct frame *f)
{
    const uint32_t row = row_of(s);
    const struct extent *n = &f->extent[row];
    const struct args *args = f->args[row];
    const struct penalty_kind *kind = penalty_kind_of(args);
    double *sums = f->sums + f->plan->applied[row].sums;
    real *room = frame_scratch(f), *slopes = room + n->count, *dx = f->at[s->y[0]];
    const real *x = numbers_for(args, n, f->at[s->x[0]], room);
    struct shape one;
    const struct extent told = extent_for(kind, n, &one);
    if (kind->masked == MASKED_KNOWN) {
        kind->adjoint(args, n, f->scale[row], x, sums, dx, s->add[0]);
        return;
    }
    kind->adjoint(args, &told, f->scale[row], x, sums, slopes, false);
    (kind->masked == MASKED_ROWS ? masked_rows_back : unpack_steps)(
        n->seen, n->samples, features_of(n), slopes, dx, s->add[0]);
}

const struct op_kind op_masked = {.name = "masked_penalty", .run = run_masked};
const struct op_kind op_masked_grad = {.name = "masked_penalty_grad", .run = run_masked_grad};

void masked_room(struct planner *w, const struct applied *a)
{
    planner_scratch(w, 2 * a->count, 0);
}
