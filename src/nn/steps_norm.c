/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running the steps of normalisation. */
#include "nn/frame.h"

static real *at(const struct frame *f, uint32_t place)
{
    return place == NO_PLACE ? NULL : f->at[place];
}

static struct norm norm_of(const struct step *s, const struct frame *f)
{
    return (struct norm){
        .rows = s->rows * f->samples,
        .cols = s->cols,
        .epsilon = s->amount,
        .x = at(f, s->x[0]),
        .gamma = at(f, s->x[2]),
    };
}

static struct norm_slopes slopes_of(const struct step *s, const struct frame *f)
{
    return (struct norm_slopes){
        .of = norm_of(s, f),
        .moments = at(f, s->x[1]),
        .dy = at(f, s->x[3]),
        .fixed = s->fixed,
        .dx = at(f, s->y[0]),
        .dgamma = at(f, s->y[1]),
        .dbeta = at(f, s->y[2]),
        .add_x = s->add[0],
        .add_gamma = s->add[1],
        .add_beta = s->add[2],
    };
}

void run_moments(const struct step *s, const struct frame *f)
{
    kernels()->column_moments(s->rows * f->samples, s->cols, at(f, s->x[0]), at(f, s->y[0]));
}

void run_norm(const struct step *s, const struct frame *f)
{
    struct norm n = norm_of(s, f);
    n.beta = at(f, s->x[3]);
    kernels()->column_norm(&n, at(f, s->x[1]), at(f, s->y[0]));
}

void run_norm_slopes(const struct step *s, const struct frame *f)
{
    struct norm_slopes n = slopes_of(s, f);
    kernels()->column_norm_slopes(&n);
}

void run_row_norm(const struct step *s, const struct frame *f)
{
    struct norm n = norm_of(s, f);
    n.beta = at(f, s->x[3]);
    kernels()->row_norm(&n, at(f, s->y[1]), at(f, s->y[0]));
}

void run_row_norm_slopes(const struct step *s, const struct frame *f)
{
    struct norm_slopes n = slopes_of(s, f);
    kernels()->row_norm_slopes(&n);
}
