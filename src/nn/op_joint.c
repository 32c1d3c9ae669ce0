/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op_joint.h"

#include "expr/joint.h"
#include "nn/bend.h"
#include "nn/compiler.h"
#include "nn/frame.h"
#include "nn/op_masked.h"
#include "nn/operand.h"
#include "nn/planner.h"

#include <string.h>

/* The settings of a step. */
struct joint_step {
    uint32_t row;
    uint32_t tensor; /* of a gradient: which of the formula's it is */
    bool first;      /* of the row's gradients: it computes them all */
};

/* How many samples, or steps that are there, the tensors have. */
static size_t rows_of(const struct frame *f, const struct joint_step *x)
{
    const struct steps_seen *seen = f->extent[x->row].seen;
    return seen ? seen->valid : f->samples;
}

/* The tensors; of outputs with a mask the steps that are there, in the step's room. */
static void gather_tensors(const struct step *s, const struct frame *f, const struct joint_step *x,
                           const real **at)
{
    const struct joint_row *joint = f->plan->applied[x->row].joint;
    const struct steps_seen *seen = f->extent[x->row].seen;
    real *room = frame_scratch(f);
    for (uint32_t i = 0; i < s->mores; i++) {
        at[i] = f->at[s->more[i]];
        if (!seen || joint->at[i].value == NOTHING)
            continue;
        const size_t count = shape_count(&f->plan->graph->value[joint->at[i].value].shape);
        masked_rows(seen, f->samples, count / seen->steps, at[i], room);
        at[i] = room;
        room += f->samples * count;
    }
}

static void run_joint(const struct step *s, const struct frame *f)
{
    const struct joint_step *x = s->settings;
    const struct applied *a = &f->plan->applied[x->row];
    const real *at[JOINT_TENSORS_MOST];
    /* The part that begins the batch counts for all of them. */
    if (f->first)
        return;
    f->sums[a->sums] = 0;
    gather_tensors(s, f, x, at);
    if (rows_of(f, x))
        joint_value(a->joint->formula, rows_of(f, x), (double)f->total, at, f->sums + a->sums);
}

/* d (+)= the gradient by an output with a mask. */
static void put_seen(const struct step *s, const struct frame *f, const struct joint_step *x,
                     double scale)
{
    const struct applied *a = &f->plan->applied[x->row];
    const struct steps_seen *seen = f->extent[x->row].seen;
    real *slopes = frame_scratch(f) + f->samples * a->joint->gathered;
    joint_grad_of(a->joint->formula, f->sums + a->sums, x->tensor, scale, slopes, false);
    masked_rows_back(seen, f->samples, s->cols / seen->steps, slopes, f->at[s->y[0]], s->add[0]);
}

static void run_joint_grad(const struct step *s, const struct frame *f)
{
    const struct joint_step *x = s->settings;
    const struct applied *a = &f->plan->applied[x->row];
    const double scale = f->scale[x->row] * penalty_strength(f->args[x->row]);
    real *d = f->at[s->y[0]];
    const real *at[JOINT_TENSORS_MOST];
    if (scale == 0 || !rows_of(f, x)) {
        if (!s->add[0])
            memset(d, 0, (s->rows ? frame_rows(f, s) : 1) * s->cols * sizeof *d);
        return;
    }
    /* The tensors are read again, where they were. */
    if (x->first)
        gather_tensors(s, f, x, at);
    if (x->first)
        joint_grad(a->joint->formula, f->sums + a->sums);
    if (s->rows && f->extent[x->row].seen)
        put_seen(s, f, x, scale);
    else
        joint_grad_of(a->joint->formula, f->sums + a->sums, x->tensor, scale, d, s->add[0]);
}

const struct op_kind op_joint = {.name = "term", .run = run_joint};
const struct op_kind op_joint_grad = {.name = "term_grad", .run = run_joint_grad};

static bool trains(const struct planner *w, struct tensor_place at)
{
    return at.value != NOTHING ? w->requires_grad[at.value] : graph_trains(w->g, at.weight);
}

static size_t gathered_of(const struct graph *g, struct tensor_place at)
{
    const bool masked = at.value != NOTHING && g->value[at.value].mask != NOTHING;
    return masked ? shape_count(&g->value[at.value].shape) : 0;
}

/* The mask of the row's outputs, which is the same for all. */
static uint32_t mask_of_row(const struct plan *p, const struct joint_row *row)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < row->tensors; i++)
        mask = row->at[i].value != NOTHING ? plan_mask_of(p, row->at[i].value) : mask;
    return mask;
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
        row->gathered += gathered_of(w->g, row->at[i]);
        row->moves = row->moves || trains(w, row->at[i]);
    }
    if (!row->at || !(row->formula = joint_read(args->arg[JOINT_FORMULA].as.text, tensor,
                                                row->tensors, &ignored)))
        return NULL;
    row->next = p->joint;
    p->joint = row;
    return row;
}

/* A step of the row, which reads its tensors. */
static struct step step_of_row(struct planner *w, const struct joint_row *joint,
                               const struct op_kind *op, struct joint_step x)
{
    uint32_t *reads = planner_new(w, joint->tensors, sizeof *reads);
    for (size_t i = 0; reads && i < joint->tensors; i++)
        reads[i] = joint->at[i].value != NOTHING
                       ? value_operand(w, joint->at[i].value)
                       : weight_operand(w, joint->at[i].weight, IN_WEIGHT);
    return (struct step){.op = op,
                         .settings = planner_settings(w, &x, sizeof x),
                         .more = reads,
                         .mores = (uint32_t)joint->tensors};
}

static void emit_row(struct planner *w, const struct joint_row *joint, uint32_t row)
{
    const struct step s = step_of_row(w, joint, &op_joint, (struct joint_step){.row = row});
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
    a.mask = mask_of_row(p, a.joint);
    planner_scratch(w, 2 * a.joint->gathered, 0);
    bend_joint(w, &a);
    const size_t steps = a.mask ? p->mask[a.mask - 1].steps : 1;
    p->sums += joint_room(a.joint->formula, p->capacity * steps);
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
        struct step s = step_of_row(w, joint, &op_joint_grad, x);
        s.rows = value;
        s.cols = value ? shape_count(&w->g->value[at.value].shape) : w->g->weight[at.weight].count;
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
