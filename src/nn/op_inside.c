/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op_inside.h"

#include "nn/frame.h"
#include "nn/operand.h"
#include "nn/planner.h"

struct inside_use {
    uint32_t row;
    struct activation_use activation;
    size_t inputs, units;
};

static struct inside inside_of(const struct step *s, const struct frame *f)
{
    const struct inside_use *use = s->settings;
    return (struct inside){.activation = use->activation,
                           .z = f->at[s->x[1]],
                           .kernel = f->at[s->x[2]],
                           .inputs = use->inputs,
                           .units = use->units};
}

static void run_inside(const struct step *s, const struct frame *f)
{
    const uint32_t row = ((const struct inside_use *)s->settings)->row;
    const struct inside l = inside_of(s, f);
    const struct args *args = f->args[row];
    if (f->plan->applied[row].mask)
        frame_measure_row(f, row);
    penalty_kind_of(args)->gather_inside(args, &f->extent[row], &l, f->at[s->x[0]],
                                         f->sums + f->plan->applied[row].sums);
}

static void run_inside_grad(const struct step *s, const struct frame *f)
{
    const uint32_t row = ((const struct inside_use *)s->settings)->row;
    const struct inside l = inside_of(s, f);
    const struct args *args = f->args[row];
    const struct inside_slopes to = {.dz = f->at[s->y[0]],
                                     .dkernel = f->at[s->y[1]],
                                     .add_z = s->add[0],
                                     .add_kernel = s->add[1]};
    penalty_kind_of(args)->adjoint_inside(args, &f->extent[row], f->scale[row], &l, f->at[s->x[0]],
                                          f->sums + f->plan->applied[row].sums, &to);
}

static const struct op_kind op_inside = {.name = "penalty", .run = run_inside};
static const struct op_kind op_inside_grad = {.name = "penalty_grad", .run = run_inside_grad};

bool applied_inside(const struct planner *w, const struct applied *a)
{
    return penalty_kind_of(w->g->term[a->term].args)->gather_inside != NULL;
}

static bool pulls_inside(const struct planner *w, uint32_t row, id call)
{
    const struct applied *a = &w->p->applied[row];
    return a->call == call && a->times != 0 && applied_inside(w, a);
}

bool call_pulls_inside(const struct planner *w, id call)
{
    for (uint32_t r = w->first_row[call]; r < w->p->applieds && w->p->applied[r].call == call; r++)
        if (pulls_inside(w, r, call))
            return true;
    return false;
}

/* What a row's step reads. */
static struct step step_inside(struct planner *w, uint32_t row, const struct op_kind *op)
{
    const id call = w->p->applied[row].call, y = w->g->call[call].output;
    const char *kernel = planner_layer(w, call)->kind->kernel;
    const struct shape *shape = planner_weight_shape(w, call, kernel);
    const struct inside_use use = {.row = row,
                                   .activation = activation_use(graph_activation(w->g, call)),
                                   .inputs = shape->size[0],
                                   .units = shape->size[1]};
    return (struct step){.op = op,
                         .settings = planner_settings(w, &use, sizeof use),
                         .x = {value_operand(w, y), w->z[call], planner_weight(w, call, kernel)}};
}

void emit_inside(struct planner *w, uint32_t row)
{
    struct step s = step_inside(w, row, &op_inside);
    planner_emit(w, w->p->applied[row].call, &s);
}

void emit_inside_grads(struct planner *w, id call)
{
    const id y = w->g->call[call].output;
    for (uint32_t r = w->first_row[call]; r < w->p->applieds && w->p->applied[r].call == call;
         r++) {
        if (!pulls_inside(w, r, call))
            continue;
        struct step s = step_inside(w, r, &op_inside_grad);
        s.y[0] = grad_operand(w, y);
        s.add[0] = write_value(w, y);
        s.y[1] = planner_weight_grad(w, call, planner_layer(w, call)->kind->kernel, &s.add[1]);
        planner_emit(w, call, &s);
    }
}
