/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/accuracy.h"

static bool zeros_and_ones(const struct dataset *d, struct columns c)
{
    for (size_t i = 0; i < d->samples * c.width; i++) {
        const real t = d->y[i / c.width * d->targets + c.at + i % c.width];
        if (t != 0 && t != 1)
            return false;
    }
    return true;
}

bool accuracy_exists(const struct graph *g, id output, struct columns c, const struct dataset *d)
{
    const struct shape *out = &g->value[output].shape;
    const struct args *last = graph_activation(g, g->value[output].made_by);
    const size_t cols = shape_last(out), rows = shape_count(out) / cols;
    const enum activation code = activation_use(last).code;
    if (!d->targets)
        return false;
    if (code == ACT_SOFTMAX)
        return cols > 1 && (c.width == rows || c.width == rows * cols);
    return code == ACT_SIGMOID && cols == 1 && c.width == rows && zeros_and_ones(d, c);
}

static size_t largest_output(const real *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best])
            best = i;
    return best;
}

size_t accuracy_class(const real *y, size_t n)
{
    return n > 1 ? largest_output(y, n) : *y >= R(0.5);
}

void accuracy_count(const struct frame *f, size_t head, size_t *right, size_t *rows)
{
    const id output = f->plan->head[head].value;
    const struct shape *out = &f->plan->graph->value[output].shape;
    const size_t cols = shape_last(out), groups = shape_count(out) / cols;
    const size_t target_cols = f->plan->head[head].target_cols;
    const real *y = frame_value(f, output), *t = f->target[head];
    const struct steps_seen *seen = frame_seen(f, output);
    const size_t all = groups * f->samples;
    *rows = *right = 0;
    for (size_t i = 0; i < all; i++) {
        if (seen && seen->mask[i / (groups / seen->steps)] == 0)
            continue;
        ++*rows;
        size_t due = cols == 1             ? t[i] >= R(0.5)
                     : target_cols == cols ? largest_output(t + i * cols, cols)
                                           : (size_t)t[i];
        *right += due == accuracy_class(y + i * cols, cols);
    }
}
