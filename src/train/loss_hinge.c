/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/loss.h"

/* The data has 0 or -1, never both: `suits` sees to it. */
static double target_side(real t)
{
    return t > 0 ? 1 : -1;
}

static double value(const struct head_view *v)
{
    double total = 0;
    for (size_t i = 0; i < v->rows * v->cols; i++)
        total += fmax(1 - target_side(v->t[i]) * (double)v->y[i], 0);
    return total / (double)(v->rows * v->cols);
}

static void gradient(const struct head_view *v, double scale, real *d, bool add)
{
    const double s = scale / (double)(v->rows * v->cols);
    for (size_t i = 0; i < v->rows * v->cols; i++) {
        const double t = target_side(v->t[i]);
        slope_put(&d[i], t * (double)v->y[i] < 1 ? -s * t : 0, add);
    }
}

static bool takes(real t)
{
    return t == 1 || t == 0 || t == -1;
}

static int suits(const struct dataset *d, struct columns c, struct err *e)
{
    bool zero = false, below = false;
    for (size_t i = 0; i < d->samples * c.width; i++) {
        zero = zero || target_at(d, c, i) == 0;
        below = below || target_at(d, c, i) < 0;
    }
    if (!zero || !below)
        return 0;
    err_at(e, (struct span){0}, "hinge takes targets -1 and 1, or 0 and 1, and the data has both");
    return err_hint(e, "give one kind");
}

const struct loss_kind loss_hinge = {
    .entry = {.name = "hinge",
              .summary = "for two sides: 0 beyond a margin of 1",
              .details =
                  "The mean over samples and outputs of max(1 - t y, 0), t being -1 or 1; the "
                  "slope at the margin is 0. Targets 0 and 1 stand for -1 and 1, as in Keras; "
                  "which of the two it is, is settled for the whole data set (Keras looks at each "
                  "batch). Outputs without a squashing activation, or with tanh.",
              .example = "data moons 100\ninput 2\ndense 8 tanh\ndense 1\nloss hinge\ntrain 2\n"},
    .head = {.value = value, .gradient = gradient},
    .takes = takes,
    .sides = true,
    .range = "-1 and 1, or 0 and 1",
    .suits = suits,
};
