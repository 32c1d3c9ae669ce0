/* SPDX-License-Identifier: GPL-3.0-or-later */
/* topk and batch_topk: the largest numbers stay, the others become 0. What stayed is noted as 1 and
 * 0, since a number that stays may itself be 0. */
#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/op_activation.h"
#include "nn/own_activation.h"

#include <string.h>

/* How many of so many rows stay together. */
struct largest {
    size_t k;
    real start;    /* batch_topk: what the threshold's first figure is divided by, */
    size_t places; /* and how many rows a step has that a mask may leave out */
};

static void sift_down(real *heap, size_t n, size_t i)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && heap[child + 1] < heap[child])
            child++;
        if (heap[i] <= heap[child])
            return;
        const real x = heap[i];
        heap[i] = heap[child];
        heap[child] = x;
    }
}

/* The k-th largest of x[n], 0 < k <= n, by a heap of the k largest so far; *ties becomes how many
 * of those that equal it are among the k. */
static real find_largest(size_t n, const real *x, size_t k, real *heap, size_t *ties)
{
    memcpy(heap, x, k * sizeof *heap);
    for (size_t i = k / 2; i-- > 0;)
        sift_down(heap, k, i);
    for (size_t i = k; i < n; i++)
        if (x[i] > heap[0]) {
            heap[0] = x[i];
            sift_down(heap, k, 0);
        }
    *ties = 0;
    for (size_t i = 0; i < k; i++)
        *ties += heap[i] == heap[0];
    return heap[0];
}

static bool has_nan(size_t n, const real *x)
{
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || x[i] != x[i];
    return found;
}

/* Leaves the k largest of y[n], and returns the smallest of them. Where something is not a number
 * all stay, so that the step meets it. */
static real keep_largest(size_t n, size_t k, real *y, real *stays, real *heap)
{
    size_t ties;
    if (has_nan(n, y)) {
        for (size_t i = 0; i < n; i++)
            stays[i] = 1;
        return R(0.0);
    }
    const real least = find_largest(n, y, k, heap, &ties);
    for (size_t i = 0; i < n; i++) {
        const bool tie = y[i] == least && ties > 0;
        const bool keeps = y[i] > least || tie;
        ties -= tie;
        stays[i] = keeps ? R(1.0) : R(0.0);
        y[i] = keeps ? y[i] : R(0.0);
    }
    return least;
}

static void run_topk(const struct step *s, const struct frame *f)
{
    const struct largest *l = s->settings;
    real *y = f->at[s->y[0]], *stays = f->at[s->y[1]];
    for (size_t i = 0; i < frame_rows(f, s); i++)
        keep_largest(s->cols, l->k, y + i * s->cols, stays + i * s->cols, frame_scratch(f));
}

/* The threshold moves by what stands in y2 (planner_follow): from 0, the first call's smallest over
 * 1 - momentum, so that the first step sets it. */
static void follow_threshold(const struct step *s, const struct frame *f, real least)
{
    const struct largest *l = s->settings;
    const bool starts = *f->at[s->x[0]] == 0;
    *f->at[s->y[2]] = starts ? least / l->start : least;
}

static void run_batch_topk(const struct step *s, const struct frame *f)
{
    const struct largest *l = s->settings;
    const size_t rows = frame_rows(f, s);
    follow_threshold(s, f,
                     keep_largest(rows * s->cols, rows * l->k, f->at[s->y[0]], f->at[s->y[1]],
                                  frame_scratch(f)));
}

/* The same among the rows of steps that are there, which are put together for it; in the others
 * nothing stays. Where none is there the threshold is left as it is. */
static void run_masked_topk(const struct step *s, const struct frame *f)
{
    const struct largest *l = s->settings;
    const size_t rows = frame_rows(f, s), cols = s->cols;
    const real *mask = f->at[s->x[1]];
    real *y = f->at[s->y[0]], *stays = f->at[s->y[1]], *packed = frame_scratch(f);
    real *kept = packed + rows * cols;
    size_t there = 0;
    for (size_t i = 0; i < rows; i++)
        if (mask[i / l->places] != 0)
            memcpy(packed + there++ * cols, y + i * cols, cols * sizeof *y);
    if (there)
        follow_threshold(
            s, f, keep_largest(there * cols, there * l->k, packed, kept, kept + rows * cols));
    else
        *f->at[s->y[2]] = *f->at[s->x[0]];
    for (size_t i = 0; i < rows; i++, y += cols, stays += cols) {
        const bool is_there = mask[i / l->places] != 0;
        for (size_t j = 0; j < cols; j++) {
            y[j] = is_there ? packed[j] : R(0.0);
            stays[j] = is_there ? kept[j] : R(0.0);
        }
        packed += is_there ? cols : 0;
        kept += is_there ? cols : 0;
    }
}

/* What reaches the threshold stays. */
static void run_threshold(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const real least = *f->at[s->x[0]];
    real *y = f->at[s->y[0]], *stays = f->at[s->y[1]];
    for (size_t i = 0; i < n; i++) {
        stays[i] = y[i] < least ? R(0.0) : R(1.0);
        y[i] = y[i] < least ? R(0.0) : y[i];
    }
}

static void run_grad(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    const real *restrict stays = f->at[s->x[0]];
    real *restrict d = f->at[s->y[0]];
    for (size_t i = 0; i < n; i++)
        d[i] *= stays[i];
}

static const struct op_kind op_topk = {.name = "topk", .run = run_topk};
static const struct op_kind op_batch_topk = {
    .name = "batch_topk", .run = run_batch_topk, .couples_samples = true};
static const struct op_kind op_masked_topk = {
    .name = "masked_batch_topk", .run = run_masked_topk, .couples_samples = true};
static const struct op_kind op_threshold = {.name = "threshold", .run = run_threshold};
static const struct op_kind op_topk_grad = {.name = "topk_grad", .run = run_grad};

static int check(const struct args *self, const struct shape *out, struct err *e)
{
    const long k = self->arg[0].as.whole;
    if (k <= (long)shape_last(out))
        return 0;
    err_at(e, self->arg[0].where, "%s(%ld) of %u units: so many there are not", self->entry->name,
           k, shape_last(out));
    return err_hint(e, "k is %u at most", shape_last(out));
}

static void forward_topk(struct planner *p, id call, const struct args *self)
{
    const struct largest l = {.k = (size_t)self->arg[0].as.whole};
    struct step s = activation_step(p, call, &op_topk);
    s.y[0] = planner_output(p, call);
    s.y[1] = activation_kept(p, call);
    s.settings = planner_settings(p, &l, sizeof l);
    planner_scratch(p, 0, l.k);
    planner_emit(p, call, &s);
}

static void forward_batch(struct planner *p, id call, const struct args *self)
{
    const double momentum = args_number(self, "momentum");
    struct largest l = {.k = (size_t)self->arg[0].as.whole, .start = R(1.0)};
    const bool trains = planner_mode(p) == MODE_TRAIN && planner_layer(p, call)->trainable;
    struct step s = activation_step(p, call, trains ? &op_batch_topk : &op_threshold);
    s.x[0] = planner_weight(p, call, "threshold");
    s.y[0] = planner_output(p, call);
    s.y[1] = activation_kept(p, call);
    if (trains) {
        s.y[2] = planner_save(p, call, 0, 1);
        if (planner_followed(p, call, "threshold") == NO_OPERAND)
            l.start = (real)(1 - momentum);
        planner_follow(p, call, "threshold", s.y[2], 0, momentum);
        planner_scratch(p, s.rows * l.k, 0);
    }
    if (trains && (s.x[1] = planner_output_mask(p, call)) != NO_OPERAND) {
        s.op = &op_masked_topk;
        l.places = s.rows / planner_shape(p, call)->size[0];
        planner_scratch(p, s.rows * (2 * s.cols + l.k), 0);
    }
    s.settings = planner_settings(p, &l, sizeof l);
    planner_emit(p, call, &s);
}

static void backward(struct planner *p, id call, const struct args *self)
{
    struct step s = activation_step(p, call, &op_topk_grad);
    (void)self;
    s.x[0] = activation_kept(p, call);
    s.y[0] = planner_output_grad(p, call);
    planner_emit(p, call, &s);
}

static size_t weights(const struct args *self, uint32_t units, struct weight_spec *w)
{
    (void)self;
    (void)units;
    *w = (struct weight_spec){.name = "threshold", .shape = shape_of(1), .moving = true};
    return 1;
}

const struct activation_work topk_work = {
    .keeps = true, .check = check, .forward = forward_topk, .backward = backward};
const struct activation_work batch_topk_work = {.keeps = true,
                                                .check = check,
                                                .weights = weights,
                                                .forward = forward_batch,
                                                .backward = backward};
