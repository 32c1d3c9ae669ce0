/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/accuracy.h"

static enum activation last_activation(const struct model *m)
{
    const id y = model_output(m);
    return activation_use(graph_activation(m->graph, m->graph->value[y].made_by)).code;
}

bool accuracy_exists(const struct model *m, const struct dataset *d)
{
    if (!m->graph->values || !d->targets)
        return false;
    const struct shape *out = &m->graph->value[model_output(m)].shape;
    const size_t cols = shape_last(out), rows = shape_count(out) / cols;
    if (last_activation(m) == ACT_SOFTMAX)
        return cols > 1 && (d->targets == rows || d->targets == rows * cols);
    return last_activation(m) == ACT_SIGMOID && shape_count(out) == 1 && d->whole_targets &&
           d->classes <= 2;
}

static size_t largest(const real *x, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (x[i] > x[best])
            best = i;
    return best;
}

void accuracy_count(const struct model *m, const struct dataset *d, const struct frame *f,
                    size_t *right, size_t *rows)
{
    const struct shape *out = &m->graph->value[model_output(m)].shape;
    const size_t cols = shape_last(out), groups = shape_count(out) / cols;
    const size_t target_cols = d->targets / groups;
    const real *y = frame_value(f, model_output(m)), *t = f->target[0];
    *rows = groups * f->samples;
    *right = 0;
    for (size_t i = 0; i < *rows; i++) {
        size_t due = target_cols == cols && cols > 1 ? largest(t + i * cols, cols)
                                                     : (size_t)t[i * target_cols];
        size_t got = cols > 1 ? largest(y + i * cols, cols) : y[i] >= R(0.5);
        *right += due == got;
    }
}
