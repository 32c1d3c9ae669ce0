/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op_joint.h"

#include "expr/joint.h"
#include "nn/bend.h"
#include "nn/compiler.h"
#include "nn/frame.h"
#include "nn/operand.h"
#include "nn/planner.h"

#include <string.h>

/* The settings of a step. */
struct joint_step {
    uint32_t row;
    uint32_t tensor; /* of a gradient: which of the formula's it is */
    bool first;      /* of the row's gradients: it computes them all */
};

static void run_joint(const struct step *s, const struct frame *f)
{
    const struct joint_step *x = s->settings;
    const struct applied *a = &f->plan->applied[x->row];
    const real *at[JOINT_TENSORS_MOST];
    /* The part that begins the batch counts for all of them. */
    if (f->first)
        return;
    for (uint32_t i = 0; i < s->mores; i++)
        at[i] = f->at[s->more[i]];
    joint_value(a->joint->formula, f->samples, (double)f->total, at, f->sums + a->sums);
}

static void run_joint_grad(const struct step *s, const struct frame *f)
{
    const struct joint_step *x = s->settings;
    const struct applied *a = &f->plan->applied[x->row];
    const double scale = f->scale[x->row] * penalty_strength(f->args[x->row]);
    real *d = f->at[s->y[0]];
    if (scale == 0) {
        if (!s->add[0])
            memset(d, 0, (s->rows ? frame_rows(f, s) : 1) * s->cols * sizeof *d);
        return;
    }
    if (x->first)
        joint_grad(a->joint->formula, f->sums + a->sums);
    joint_grad_of(a->joint->formula, f->sums + a->sums, x->tensor, scale, d, s->add[0]);
}

const struct op_kind op_joint = {.name = "term", .run = run_joint};
const struct op_kind op_joint_grad = {.name = "term_grad", .run = run_joint_grad};

static bool trains(const struct planner *w, struct tensor_place at)
{
    return at.value != NOTHING ? w->requires_grad[at.value] : graph_trains(w->g, at.weight);
}

/* What the row reads, and its formula for tensors of these shapes; NULL without memory. */
static struct joint_row *make_row(struct planner *w, const struct args *args)
{
    struct plan *p = w->p;
    const struct arg *names = &args->arg[JOINT_TENSORS];
    struct joint_tensor tensor[JOINT_TENSORS_MOST];
    struct joint_row *row = planner_new(w, 1, sizeof *row);
    struct err ignored;
    if (!row)
        return NULL;
    row->tensors = names->as.names.count;
    row->at = planner_new(w, row->tensors, sizeof *row->at);
    for (size_t i = 0; row->at && i < row->tensors; i++) {
        tensor[i].path = names->as.names.item[i];
        graph_find_tensor(w->g, tensor[i].path, &row->at[i]);
        tensor[i].dims = tensor_dims(w->g, row->at[i]);
        row->values = row->values || row->at[i].value != NOTHING;
        row->moves = row->moves || trains(w, row->at[i]);
    }
    if (!row->at || !(row->formula = joint_read(args->arg[JOINT_FORMULA].as.text, tensor,
                                                row->tensors, &ignored)))
        return NULL;
    row->next = p->joint;
    p->joint = row;
    return row;
}

static void emit_row(struct planner *w, const struct joint_row *joint, uint32_t row)
{
    uint32_t *reads = planner_new(w, joint->tensors, sizeof *reads);
    for (size_t i = 0; reads && i < joint->tensors; i++)
        reads[i] = joint->at[i].value != NOTHING
                       ? value_operand(w, joint->at[i].value)
                       : weight_operand(w, joint->at[i].weight, IN_WEIGHT);
    const struct joint_step x = {.row = row};
    const struct step s = {.op = &op_joint,
                           .settings = planner_settings(w, &x, sizeof x),
                           .more = reads,
                           .mores = (uint32_t)joint->tensors};
    planner_emit(w, NOTHING, &s);
}

void emit_joint(struct planner *w, id term)
{
    struct plan *p = w->p;
    const struct args *args = w->g->term[term].args;
    struct applied a = {.term = term,
                        .weight = NOTHING,
                        .call = NOTHING,
                        .value = NOTHING,
                        .steps = 1,
                        .reduce = REDUCE_SUM,
                        .sums = p->sums,
                        .joint = make_row(w, args)};
    if (!a.joint || mem_room(&p->applied, &p->applied_room, p->applieds + 1, sizeof *p->applied)) {
        w->failed = true;
        return;
    }
    a.frozen = !a.joint->moves;
    bend_joint(w, &a);
    p->sums += joint_room(a.joint->formula, p->capacity);
    p->applied[p->applieds] = a;
    emit_row(w, a.joint, (uint32_t)p->applieds++);
}

void emit_joint_grad(struct planner *w, uint32_t row)
{
    const struct joint_row *joint = w->p->applied[row].joint;
    bool first = true;
    for (uint32_t i = 0; i < joint->tensors; i++) {
        const struct tensor_place at = joint->at[i];
        const bool value = at.value != NOTHING;
        if (!trains(w, at))
            continue;
        const struct joint_step x = {.row = row, .tensor = i, .first = first};
        struct step s = {.op = &op_joint_grad,
                         .settings = planner_settings(w, &x, sizeof x),
                         .rows = value,
                         .cols = value ? shape_count(&w->g->value[at.value].shape)
                                       : w->g->weight[at.weight].count};
        s.x[0] = value ? value_operand(w, at.value) : weight_operand(w, at.weight, IN_WEIGHT);
        s.y[0] = value ? grad_operand(w, at.value) : weight_operand(w, at.weight, IN_WGRAD);
        s.add[0] = value ? write_value(w, at.value) : write_weight(w, at.weight);
        planner_emit(w, NOTHING, &s);
        first = false;
    }
}

bool step_is_of_joint(const struct step *s, uint32_t *row)
{
    if (s->op != &op_joint && s->op != &op_joint_grad)
        return false;
    *row = ((const struct joint_step *)s->settings)->row;
    return true;
}
