/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/explained.h"

#include <math.h>

static const struct span nowhere;

int explained_check(const struct model *m, const struct dataset *d, struct err *e)
{
    struct objective aim[OUTPUTS_MOST];
    size_t aims;
    if (objectives_make(m, d, aim, &aims, e))
        return -1;
    for (size_t i = 0; i < aims; i++) {
        const struct shape *out = &m->graph->value[aim[i].value].shape;
        if (aim[i].columns.width == shape_count(out))
            continue;
        err_at(e, nowhere,
               "explained compares outputs with targets of the same size, and %s has "
               "%zu numbers for %zu",
               graph_value_name(m->graph, aim[i].value), shape_count(out), aim[i].columns.width);
        return err_hint(e, "for classes there is accuracy");
    }
    return 0;
}

static int make_columns(struct explained *x, const struct plan *p)
{
    for (size_t h = 0; h < p->heads; h++)
        x->cols += shape_count(&p->graph->value[p->head[h].value].shape);
    x->seen = mem_new(x->cols, sizeof *x->seen);
    x->shift = mem_new(x->cols, sizeof *x->shift);
    x->sum = mem_new(x->cols, sizeof *x->sum);
    x->squares = mem_new(x->cols, sizeof *x->squares);
    return x->seen && x->shift && x->sum && x->squares ? 0 : -1;
}

static void add_head(struct explained *x, const struct frame *f, size_t head, size_t first)
{
    const id value = f->plan->head[head].value;
    const size_t cols = shape_count(&f->plan->graph->value[value].shape);
    const real *y = frame_value(f, value), *t = f->target[head];
    const struct steps_seen *steps = frame_seen(f, value);
    const size_t width = steps ? cols / steps->steps : cols;
    for (size_t j = 0; !x->samples && j < cols; j++)
        x->shift[first + j] = (double)t[j];
    for (size_t i = 0; i < f->samples; i++)
        for (size_t j = 0; j < cols; j++) {
            const double due = (double)t[i * cols + j], off = (double)y[i * cols + j] - due;
            const double moved = due - x->shift[first + j];
            if (steps && steps->mask[i * steps->steps + j / width] == 0)
                continue;
            x->seen[first + j]++;
            x->residual += off * off;
            x->sum[first + j] += moved;
            x->squares[first + j] += moved * moved;
        }
}

int explained_add(struct explained *x, const struct evaluator *pass)
{
    const struct frame *f = pass->trainer->infer_frame;
    const struct plan *p = f->plan;
    size_t first = 0;
    if (!x->shift && make_columns(x, p))
        return -1;
    for (size_t h = 0; h < p->heads; h++) {
        add_head(x, f, h, first);
        first += shape_count(&p->graph->value[p->head[h].value].shape);
    }
    x->samples += f->samples;
    return 0;
}

double explained_share(const struct explained *x)
{
    double variance = 0;
    for (size_t j = 0; j < x->cols; j++)
        if (x->seen[j])
            variance += fmax(0, x->squares[j] - x->sum[j] * x->sum[j] / (double)x->seen[j]);
    return variance > 0 ? 1 - x->residual / variance : NAN;
}

void explained_finish(struct explained *x)
{
    mem_free(x->seen);
    mem_free(x->shift);
    mem_free(x->sum);
    mem_free(x->squares);
    *x = (struct explained){0};
}
