/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The losses at a model's outputs. */
#include "nn/op_head.h"

#include "nn/frame.h"
#include "nn/operand.h"
#include "nn/planner.h"

#include <string.h>

static struct head_view view_of(const struct step *s, const struct frame *f)
{
    const struct head *h = s->settings;
    return (struct head_view){
        .args = h->args,
        .rows = frame_rows(f, s),
        .cols = s->cols,
        .target_cols = h->target_cols,
        .y = f->at[s->x[0]],
        .t = f->at[s->x[1]],
        .z = f->at[s->x[2]],
    };
}

static struct head_view view_of_row(const struct head_view *v, size_t row)
{
    struct head_view one = *v;
    one.rows = 1;
    one.y += row * v->cols;
    one.t += row * v->target_cols;
    one.z += v->z ? row * v->cols : 0;
    return one;
}

/* Keras's: losses of rows are multiplied by their weights, and divided by how many there are; a
 * masked row is not there. */
static double row_factor(const struct step *s, const struct frame *f, const struct head_view *v,
                         size_t row)
{
    const struct head *h = s->settings;
    const double sample = f->sample_weight ? (double)f->sample_weight[row / s->rows] : 1;
    const struct steps_seen *seen = frame_seen(f, h->value);
    double rows = (double)v->rows;
    if (seen) {
        const size_t each = s->rows / seen->steps;
        if (seen->mask[row / each] == 0)
            return 0;
        rows = (double)(seen->valid * each);
    }
    return (h->weighs_rows ? sample * h->kind->row_weight(v, row) : sample) / rows;
}

static double weighted_value(const struct step *s, const struct frame *f, const struct head_view *v)
{
    const struct head *h = s->settings;
    double total = 0;
    for (size_t i = 0; i < v->rows; i++) {
        const struct head_view one = view_of_row(v, i);
        const double factor = row_factor(s, f, v, i);
        /* What does not count may well be infinite. */
        total += factor > 0 ? factor * h->kind->value(&one) : 0;
    }
    return total;
}

static void weighted_gradient(const struct step *s, const struct frame *f,
                              const struct head_view *v, double scale)
{
    const struct head *h = s->settings;
    real *d = f->at[s->y[0]];
    for (size_t i = 0; i < v->rows; i++, d += v->cols) {
        const struct head_view one = view_of_row(v, i);
        const double factor = row_factor(s, f, v, i);
        if (factor > 0)
            h->kind->gradient(&one, scale * factor, d, s->add[0]);
        else if (!s->add[0])
            memset(d, 0, v->cols * sizeof *d);
    }
}

static bool is_weighted(const struct head *h, const struct frame *f)
{
    const struct steps_seen *seen = frame_seen(f, h->value);
    const bool masked = seen && seen->valid < f->samples * seen->steps;
    return h->weighs_rows || f->sample_weight || masked;
}

static void run_head(const struct step *s, const struct frame *f)
{
    const struct head *h = s->settings;
    struct head_view v = view_of(s, f);
    f->sums[f->plan->sums - f->plan->heads + (size_t)(h - f->plan->head)] =
        is_weighted(h, f) ? weighted_value(s, f, &v) : h->kind->value(&v);
}

static void run_head_grad(const struct step *s, const struct frame *f)
{
    const struct head *h = s->settings;
    struct head_view v = view_of(s, f);
    const double share = (double)f->samples / (double)f->total;
    /* Left out, and not taken times 0: it may be infinite. */
    if (f->head_mask == 0 && !s->add[0])
        memset(f->at[s->y[0]], 0, v.rows * v.cols * sizeof(real));
    if (f->head_mask == 0)
        return;
    if (is_weighted(h, f))
        weighted_gradient(s, f, &v, share * f->head_mask * h->weight);
    else
        h->kind->gradient(&v, share * f->head_mask * h->weight, f->at[s->y[0]], s->add[0]);
}

static const struct op_kind op_head = {.name = "loss", .run = run_head};
static const struct op_kind op_head_grad = {.name = "loss_grad", .run = run_head_grad};

static struct step head_step(struct planner *w, const struct op_kind *op, uint32_t head)
{
    const struct head *h = &w->p->head[head];
    const struct value *v = &w->g->value[h->value];
    struct step s = {.op = op, .settings = h, .cols = shape_last(&v->shape)};
    s.x[0] = value_operand(w, h->value);
    s.x[1] = operand_at(w, IN_TARGET, head, head);
    s.x[2] = w->logits[h->value] == head ? w->z[v->made_by] : NO_OPERAND;
    s.rows = shape_count(&v->shape) / s.cols;
    return s;
}

void emit_head(struct planner *w, uint32_t head)
{
    struct step s = head_step(w, &op_head, head);
    planner_emit(w, NOTHING, &s);
}

void emit_head_grad(struct planner *w, uint32_t head)
{
    const id value = w->p->head[head].value;
    struct step s = head_step(w, &op_head_grad, head);
    s.y[0] = grad_operand(w, value);
    s.add[0] = write_value(w, value);
    planner_emit(w, w->logits[value] == head ? w->g->value[value].made_by : NOTHING, &s);
}
