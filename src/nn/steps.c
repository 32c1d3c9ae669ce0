/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running the steps. Nothing here looks anything up by name, allocates or decides. */
#include "nn/frame.h"

#include "base/rng.h"
#include "nn/planner.h"

#include <string.h>

static size_t rows_of(const struct step *s, const struct frame *f)
{
    return s->by_sample ? s->rows * f->samples : s->rows;
}

static real *at(const struct frame *f, uint32_t place)
{
    return place == NO_PLACE ? NULL : f->at[place];
}

/* How many rows of a product take a moment: few enough for a stop to be seen soon, and enough for
 * the other factor to be worth fetching. */
static size_t rows_at_once(const struct step *s)
{
    const double moment = 5e8;
    enum { LEAST = 32 };
    const double rows = moment / ((double)s->inner * (double)s->cols + 1);
    return rows < LEAST ? LEAST : rows < 1e9 ? (size_t)rows : (size_t)1e9;
}

static void run_product(const struct step *s, const struct frame *f)
{
    const size_t rows = rows_of(s, f), most = rows_at_once(s);
    const real *x = at(f, s->x[0]), *by = at(f, s->x[1]);
    real *y = at(f, s->y[0]);
    for (size_t done = 0, n; done < rows && !(done && stop_asked(f->stop)); done += n) {
        n = rows - done < most ? rows - done : most;
        if (s->sums_rows)
            s->multiply(s->inner, s->cols, n, x + done * s->inner, by + done * s->cols, y,
                        s->add[0] || done);
        else
            s->multiply(n, s->cols, s->inner, x + done * s->inner, by, y + done * s->cols,
                        s->add[0]);
    }
}

static void run_copy(const struct step *s, const struct frame *f)
{
    const size_t n = rows_of(s, f) * s->cols;
    if (s->add[0])
        kernels()->axpy(n, 1, at(f, s->x[0]), at(f, s->y[0]));
    else
        memcpy(at(f, s->y[0]), at(f, s->x[0]), n * sizeof(real));
}

static uint64_t noise_key(const struct step *s, const struct frame *f)
{
    return rng_key(f->seed, "noise", f->plan->graph->call[s->call].name, f->step);
}

static void run_dropout(const struct step *s, const struct frame *f)
{
    const size_t n = rows_of(s, f) * s->cols;
    const uint64_t key = noise_key(s, f);
    const real *x = at(f, s->x[0]), kept = (real)(1 / (1 - s->amount));
    real *y = at(f, s->y[0]);
    const uint64_t first = f->first * s->rows * s->cols;
    for (size_t i = 0; i < n; i++) {
        const real v = rng_uniform(key, first + i) < s->amount ? 0 : x[i] * kept;
        y[i] = s->add[0] ? y[i] + v : v;
    }
}

static void run_noise(const struct step *s, const struct frame *f)
{
    const size_t n = rows_of(s, f) * s->cols;
    const uint64_t key = noise_key(s, f);
    const real *x = at(f, s->x[0]);
    real *y = at(f, s->y[0]);
    const uint64_t first = f->first * s->rows * s->cols;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + (real)(s->amount * rng_normal(key, first + i));
}

static void run_activate(const struct step *s, const struct frame *f)
{
    kernels()->activate(s->activation.code, s->activation.parameter, rows_of(s, f), s->cols,
                        at(f, s->x[0]), at(f, s->y[0]), at(f, s->y[1]), NULL);
}

static const struct applied *row_of(const struct step *s, const struct frame *f, uint32_t i)
{
    return &f->plan->applied[f->plan->member[s->first_member + i]];
}

static const struct args *term_args(const struct frame *f, const struct applied *a)
{
    return f->plan->graph->term[a->term].args;
}

static void run_gather(const struct step *s, const struct frame *f)
{
    const struct applied *a = row_of(s, f, 0);
    const struct extent *n = &f->extent[f->plan->member[s->first_member]];
    if (a->simple) {
        kernels()->powers(n->count, at(f, s->x[0]), f->sums + a->sums);
        return;
    }
    const struct args *args = term_args(f, a);
    penalty_kind_of(args)->gather(args, n, at(f, s->x[0]), f->sums + a->sums);
}

static void run_adjoint(const struct step *s, const struct frame *f)
{
    const struct applied *a = row_of(s, f, 0);
    uint32_t row = f->plan->member[s->first_member];
    const double scale = f->scale[row];
    if (a->simple) {
        kernels()->powers_adjoint(f->extent[row].count, at(f, s->x[0]),
                                  (struct powers){scale * a->c.c1, scale * a->c.c2}, at(f, s->y[0]),
                                  s->add[0]);
        return;
    }
    const struct args *args = term_args(f, a);
    penalty_kind_of(args)->adjoint(args, &f->extent[row], scale, at(f, s->x[0]), f->sums + a->sums,
                                   at(f, s->y[0]), s->add[0]);
}

static struct head_view view_of(const struct step *s, const struct frame *f)
{
    const struct head *h = &f->plan->head[s->head];
    return (struct head_view){
        .args = h->args,
        .rows = rows_of(s, f),
        .cols = s->cols,
        .target_cols = h->target_cols,
        .y = at(f, s->x[0]),
        .t = at(f, s->x[1]),
        .z = at(f, s->x[2]),
    };
}

static void run_head_value(const struct step *s, const struct frame *f)
{
    struct head_view v = view_of(s, f);
    f->sums[f->plan->sums - f->plan->heads + s->head] = f->plan->head[s->head].kind->value(&v);
}

static void run_head_slope(const struct step *s, const struct frame *f)
{
    struct head_view v = view_of(s, f);
    const double share = (double)f->samples / (double)f->total;
    /* Left out, and not taken times 0: it may be infinite. */
    if (f->head_mask == 0 && !s->add[0])
        memset(at(f, s->y[0]), 0, v.rows * v.cols * sizeof(real));
    if (f->head_mask == 0)
        return;
    f->plan->head[s->head].kind->gradient(&v, share * f->head_mask * f->plan->head[s->head].weight,
                                          at(f, s->y[0]), s->add[0]);
}

static void run_deactivate(const struct step *s, const struct frame *f)
{
    kernels()->deactivate(s->activation.code, s->activation.parameter, rows_of(s, f), s->cols,
                          at(f, s->x[0]), at(f, s->x[1]), (struct powers){0}, s->has,
                          at(f, s->y[0]), NULL, false);
}

static void run_columns(const struct step *s, const struct frame *f)
{
    kernels()->columns(rows_of(s, f), s->cols, at(f, s->x[0]), at(f, s->y[0]), s->add[0]);
}

static void run_zero(const struct step *s, const struct frame *f)
{
    memset(at(f, s->y[0]), 0, s->cols * sizeof(real));
}

static void run_epilogue(const struct step *s, const struct frame *f)
{
    double *sums = s->members ? f->sums + row_of(s, f, 0)->sums : NULL;
    kernels()->activate(s->activation.code, s->activation.parameter, rows_of(s, f), s->cols,
                        at(f, s->x[0]), at(f, s->y[0]), at(f, s->y[1]), sums);
}

static void run_prologue(const struct step *s, const struct frame *f)
{
    struct powers all = {0};
    for (uint32_t i = 0; i < s->members; i++) {
        const struct applied *a = row_of(s, f, i);
        const double scale = f->scale[f->plan->member[s->first_member + i]];
        all.c1 += scale * a->c.c1;
        all.c2 += scale * a->c.c2;
    }
    kernels()->deactivate(s->activation.code, s->activation.parameter, rows_of(s, f), s->cols,
                          at(f, s->x[0]), at(f, s->x[1]), all, s->has, at(f, s->y[0]),
                          at(f, s->y[1]), s->add[1]);
}

void (*step_runner(enum step_kind kind))(const struct step *, const struct frame *)
{
    static void (*const runner[])(const struct step *, const struct frame *) = {
        [STEP_PRODUCT] = run_product,
        [STEP_COPY] = run_copy,
        [STEP_BIAS] = run_activate,
        [STEP_ACTIVATE] = run_activate,
        [STEP_GATHER] = run_gather,
        [STEP_HEAD_VALUE] = run_head_value,
        [STEP_HEAD_SLOPE] = run_head_slope,
        [STEP_ADJOINT] = run_adjoint,
        [STEP_DEACTIVATE] = run_deactivate,
        [STEP_COLUMNS] = run_columns,
        [STEP_JOIN] = run_join,
        [STEP_JOIN_SLOPE] = run_join_slope,
        [STEP_PUT] = run_put,
        [STEP_TAKE] = run_take,
        [STEP_ZERO] = run_zero,
        [STEP_EPILOGUE] = run_epilogue,
        [STEP_PROLOGUE] = run_prologue,
        [STEP_DROPOUT] = run_dropout,
        [STEP_NOISE] = run_noise,
        [STEP_MOMENTS] = run_moments,
        [STEP_NORM] = run_norm,
        [STEP_NORM_SLOPES] = run_norm_slopes,
        [STEP_ROW_NORM] = run_row_norm,
        [STEP_ROW_NORM_SLOPES] = run_row_norm_slopes,
    };
    return runner[kind];
}
