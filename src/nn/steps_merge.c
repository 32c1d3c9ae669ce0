/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running the steps of layers that join several tensors. */
#include "nn/frame.h"
#include "nn/planner.h"

#include <string.h>

static const real *input(const struct step *s, const struct frame *f, uint32_t i)
{
    return f->at[f->plan->list[s->first_input + i]];
}

static void join_one(enum join join, size_t n, const real *x, real *y)
{
    switch (join) {
    case JOIN_ADD:
    case JOIN_AVERAGE:
        kernels()->axpy(n, 1, x, y);
        break;
    case JOIN_MULTIPLY:
        for (size_t i = 0; i < n; i++)
            y[i] *= x[i];
        break;
    case JOIN_MAXIMUM:
        /* NaN is not hidden. */
        for (size_t i = 0; i < n; i++)
            y[i] = y[i] >= x[i] || isnan(y[i]) ? y[i] : x[i];
        break;
    }
}

void run_join(const struct step *s, const struct frame *f)
{
    const size_t n = s->cols * f->samples;
    real *y = f->at[s->y[0]];
    memcpy(y, input(s, f, 0), n * sizeof *y);
    for (uint32_t i = 1; i < s->inputs; i++)
        join_one(s->join, n, input(s, f, i), y);
    for (size_t i = 0; s->join == JOIN_AVERAGE && i < n; i++)
        y[i] /= (real)s->inputs;
}

/* The product of all inputs but one at element k. */
static real others(const struct step *s, const struct frame *f, size_t k)
{
    real product = 1;
    for (uint32_t i = 0; i < s->inputs; i++)
        if (i != s->which)
            product *= input(s, f, i)[k];
    return product;
}

/* Whether the input is the first of the largest at element k. */
static bool is_largest(const struct step *s, const struct frame *f, size_t k)
{
    const real x = input(s, f, s->which)[k];
    for (uint32_t i = 0; i < s->inputs; i++) {
        const real other = input(s, f, i)[k];
        if (i < s->which ? other >= x : other > x)
            return false;
    }
    return true;
}

void run_join_slope(const struct step *s, const struct frame *f)
{
    const size_t n = s->cols * f->samples;
    const real *d = f->at[s->x[0]];
    real *dx = f->at[s->y[0]];
    for (size_t k = 0; k < n; k++) {
        real v = d[k];
        if (s->join == JOIN_AVERAGE)
            v /= (real)s->inputs;
        else if (s->join == JOIN_MULTIPLY)
            v *= others(s, f, k);
        else if (s->join == JOIN_MAXIMUM && !is_largest(s, f, k))
            v = 0;
        dx[k] = s->add[0] ? dx[k] + v : v;
    }
}

void run_put(const struct step *s, const struct frame *f)
{
    const size_t rows = s->rows * f->samples;
    const real *x = f->at[s->x[0]];
    real *y = f->at[s->y[0]];
    for (size_t r = 0; r < rows; r++)
        memcpy(y + r * s->inner + s->at, x + r * s->cols, s->cols * sizeof *y);
}

void run_take(const struct step *s, const struct frame *f)
{
    const size_t rows = s->rows * f->samples;
    const real *d = f->at[s->x[0]];
    real *dx = f->at[s->y[0]];
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < s->cols; j++) {
            const real v = d[r * s->inner + s->at + j], old = dx[r * s->cols + j];
            dx[r * s->cols + j] = s->add[0] ? old + v : v;
        }
}
