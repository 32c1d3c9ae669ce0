/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalty where it is applied: its sums and its gradient. */
#include "nn/op_penalty.h"

#include "nn/act_jumprelu.h"
#include "nn/frame.h"
#include "nn/op_masked.h"
#include "nn/operand.h"
#include "nn/planner.h"

static uint32_t row_of(const struct step *s)
{
    return ((const struct pass *)s->settings)->row[0];
}

static void run_penalty(const struct step *s, const struct frame *f)
{
    const uint32_t row = row_of(s);
    const struct applied *a = &f->plan->applied[row];
    const struct extent *n = &f->extent[row];
    if (a->simple) {
        kernels()->powers(n->count, f->at[s->x[0]], f->sums + a->sums);
        return;
    }
    const struct args *args = f->args[row];
    penalty_kind_of(args)->gather(args, n, f->at[s->x[0]], f->sums + a->sums);
}

static void run_penalty_grad(const struct step *s, const struct frame *f)
{
    const uint32_t row = row_of(s);
    const struct applied *a = &f->plan->applied[row];
    const double scale = f->scale[row];
    if (a->simple) {
        const struct powers c = frame_powers(f, row);
        kernels()->powers_adjoint(f->extent[row].count, f->at[s->x[0]],
                                  (struct powers){scale * c.c1, scale * c.c2}, f->at[s->y[0]],
                                  s->add[0]);
        return;
    }
    const struct args *args = f->args[row];
    penalty_kind_of(args)->adjoint(args, &f->extent[row], scale, f->at[s->x[0]], f->sums + a->sums,
                                   f->at[s->y[0]], s->add[0]);
}

const struct op_kind op_penalty = {.name = "penalty", .run = run_penalty, .role = ROLE_PENALTY};
const struct op_kind op_penalty_grad = {
    .name = "penalty_grad", .run = run_penalty_grad, .role = ROLE_PENALTY};

static void emit_row(struct planner *w, const struct op_kind *op, uint32_t row, struct step s)
{
    uint32_t *of = planner_new(w, 1, sizeof *of);
    if (!of)
        return;
    *of = row;
    const struct pass pass = {.row = of, .rows = 1};
    s.op = op;
    s.settings = planner_settings(w, &pass, sizeof pass);
    planner_emit(w, w->p->applied[row].call, &s);
}

/* What a row's penalty reads. */
static uint32_t read_by(struct planner *w, const struct applied *a)
{
    return a->weight == NOTHING ? value_operand(w, a->value)
                                : weight_operand(w, a->weight, IN_WEIGHT);
}

void emit_penalty(struct planner *w, uint32_t row)
{
    struct step s = {.x = {read_by(w, &w->p->applied[row])}};
    emit_row(w, w->p->applied[row].mask ? &op_masked : &op_penalty, row, s);
}

void emit_penalty_grad(struct planner *w, uint32_t row)
{
    const struct applied *a = &w->p->applied[row];
    const bool activity = a->weight == NOTHING;
    struct step s = {.x = {read_by(w, a)}};
    if (penalty_kind_of(w->g->term[a->term].args)->by_count) {
        emit_threshold_grad(w, row);
        return;
    }
    s.y[0] = activity ? grad_operand(w, a->value) : weight_operand(w, a->weight, IN_WGRAD);
    s.add[0] = activity ? write_value(w, a->value) : write_weight(w, a->weight);
    emit_row(w, a->mask ? &op_masked_grad : &op_penalty_grad, row, s);
}
