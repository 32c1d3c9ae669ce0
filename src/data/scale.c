/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/scale.h"

struct column {
    double low, high, mean, squares; /* squares: sum of (x - mean)^2 */
};

static const real *sample_row(const struct dataset *d, size_t s)
{
    return d->x + s * d->inputs;
}

/* What a stop leaves half done is not looked at: scale_inputs says so. */
static void measure_column(const struct dataset *d, struct column *column)
{
    for (size_t i = 0; i < d->inputs; i++)
        column[i].low = column[i].high = (double)d->x[i];
    for (size_t s = 0; s < d->training && !stop_asked(d->stop); s++)
        for (size_t i = 0; i < d->inputs; i++) {
            double x = (double)sample_row(d, s)[i];
            column[i].low = fmin(column[i].low, x);
            column[i].high = fmax(column[i].high, x);
            column[i].mean += x / (double)d->training;
        }
    for (size_t s = 0; s < d->training && !stop_asked(d->stop); s++)
        for (size_t i = 0; i < d->inputs; i++) {
            double away = (double)sample_row(d, s)[i] - column[i].mean;
            column[i].squares += away * away;
        }
}

static void choose_factor(const struct dataset *d, const struct column *c, enum scaling how,
                          size_t i)
{
    /* Rounding would give a constant column a tiny deviation, and dividing by it would blow up
     * whatever the validation share holds. */
    bool constant = c->low == c->high;
    double width = how == SCALE_MINMAX ? c->high - c->low : sqrt(c->squares / (double)d->training);
    d->shift[i] = constant || how == SCALE_MINMAX ? c->low : c->mean;
    d->factor[i] = constant ? 1 : 1 / width;
}

static int cannot_scale(size_t column, struct span where, struct err *e)
{
    err_at(e, where, "the numbers of input column %zu are too large or too close to scale",
           column + 1);
    return err_hint(e, "leave scale= out");
}

static int apply_scale(const struct dataset *d, struct span where, struct err *e)
{
    for (size_t i = 0; i < d->inputs; i++)
        if (!isnormal(d->factor[i]) || !isfinite(d->shift[i]))
            return cannot_scale(i, where, e);
    for (size_t s = 0; s < d->samples; s++) {
        if (stop_check(d->stop, e))
            return -1;
        real *row = d->x + s * d->inputs;
        dataset_scale_row(d, row);
        for (size_t i = 0; i < d->inputs; i++)
            if (!isfinite(row[i]))
                return cannot_scale(i, where, e);
    }
    return 0;
}

int scale_inputs(struct dataset *d, enum scaling how, struct span where, struct err *e)
{
    if (how == SCALE_NONE)
        return 0;
    d->shift = mem_new(d->inputs, sizeof(double));
    d->factor = mem_new(d->inputs, sizeof(double));
    struct column *column = mem_new(d->inputs, sizeof *column);
    bool made = d->shift && d->factor && column;
    if (made) {
        measure_column(d, column);
        if (stop_check(d->stop, e)) {
            mem_free(column);
            return -1;
        }
        for (size_t i = 0; i < d->inputs; i++)
            choose_factor(d, &column[i], how, i);
    }
    mem_free(column);
    return made ? apply_scale(d, where, e) : err_memory(e);
}

void dataset_scale_row(const struct dataset *d, real *row)
{
    if (!d->shift)
        return;
    for (size_t i = 0; i < d->inputs; i++)
        row[i] = (real)(((double)row[i] - d->shift[i]) * d->factor[i]);
}
