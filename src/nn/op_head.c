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

static void run_head(const struct step *s, const struct frame *f)
{
    const struct head *h = s->settings;
    struct head_view v = view_of(s, f);
    f->sums[f->plan->sums - f->plan->heads + (size_t)(h - f->plan->head)] = h->kind->value(&v);
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
