/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bias and activation of an output, and the passes that fusing makes of them. */
#include "nn/op_activation.h"

#include "nn/frame.h"
#include "nn/op_head.h"
#include "nn/op_idle.h"
#include "nn/op_inside.h"

static void run_bias_act(const struct step *s, const struct frame *f)
{
    const struct pass *p = s->settings;
    double *sums = p->rows ? f->sums + f->plan->applied[p->row[0]].sums : NULL;
    kernels()->activate(p->activation.code, p->activation.parameter, frame_rows(f, s), s->cols,
                        f->at[s->x[0]], f->at[s->y[0]], f->at[s->y[1]], sums);
}

static void run_bias_act_grad(const struct step *s, const struct frame *f)
{
    const struct pass *p = s->settings;
    struct powers all = {0};
    for (uint32_t i = 0; i < p->rows; i++) {
        const struct powers c = frame_powers(f, p->row[i]);
        all.c1 += f->scale[p->row[i]] * c.c1;
        all.c2 += f->scale[p->row[i]] * c.c2;
    }
    kernels()->deactivate(p->activation.code, p->activation.parameter, frame_rows(f, s), s->cols,
                          f->at[s->x[0]], f->at[s->x[1]], all, p->has, f->at[s->y[0]],
                          f->at[s->y[1]], s->add[1]);
}

static void run_bias_grad(const struct step *s, const struct frame *f)
{
    kernels()->columns(frame_rows(f, s), s->cols, f->at[s->x[0]], f->at[s->y[0]], s->add[0]);
}

const struct op_kind op_bias = {.name = "bias", .run = run_bias_act, .role = ROLE_BIAS};
const struct op_kind op_activation = {
    .name = "activation", .run = run_bias_act, .role = ROLE_ACTIVATION};
const struct op_kind op_bias_act = {.name = "bias_act", .run = run_bias_act};
const struct op_kind op_bias_grad = {.name = "bias_grad", .run = run_bias_grad, .role = ROLE_BIAS};
const struct op_kind op_activation_grad = {
    .name = "activation_grad", .run = run_bias_act_grad, .role = ROLE_ACTIVATION};
const struct op_kind op_bias_act_grad = {.name = "bias_act_grad", .run = run_bias_act_grad};

struct step activation_step(const struct planner *w, id call, const struct op_kind *op)
{
    const struct shape *out = planner_shape(w, call);
    const size_t cols = shape_last(out);
    return (struct step){.op = op, .rows = shape_count(out) / cols, .cols = cols};
}

uint32_t activation_kept(const struct planner *w, id call)
{
    return w->z[call];
}

static void emit_pass(struct planner *w, id call, struct step *s, const struct pass *p)
{
    s->settings = planner_settings(w, p, sizeof *p);
    planner_emit(w, call, s);
}

static void emit_function(struct planner *w, id call, const struct args *function)
{
    const struct pass pass = {.activation = activation_use(function)};
    if (pass.activation.code == ACT_LINEAR && w->z[call] == NO_OPERAND)
        return;
    struct step s = activation_step(w, call, &op_activation);
    s.y[0] = planner_output(w, call);
    s.y[1] = w->z[call];
    emit_pass(w, call, &s, &pass);
}

static void emit_function_grad(struct planner *w, id call, const struct args *function)
{
    const struct activation_work *work = activation_work(function);
    const struct pass pass = {.activation = activation_use(function), .has = true};
    struct step s = activation_step(w, call, &op_activation_grad);
    if (work) {
        work->backward(w, call, function);
        return;
    }
    if (pass.activation.code == ACT_LINEAR)
        return;
    s.x[0] = planner_output(w, call);
    s.x[1] = activation_keeps_z(pass.activation.code) ? w->z[call] : NO_OPERAND;
    s.y[0] = planner_output_grad(w, call);
    emit_pass(w, call, &s, &pass);
}

void planner_bias_act(struct planner *w, id call, const char *bias)
{
    const struct args *function = graph_activation(w->g, call);
    const struct activation_work *work = activation_work(function);
    if (bias) {
        struct step s = activation_step(w, call, &op_bias);
        s.x[0] = planner_weight(w, call, bias);
        s.y[0] = planner_output(w, call);
        emit_pass(w, call, &s, &(struct pass){.activation.code = ACT_LINEAR});
    }
    if (work)
        work->forward(w, call, function);
    else
        emit_function(w, call, function);
    if (planner_mode(w) == MODE_TRAIN)
        emit_idle(w, call);
}

void planner_bias_act_grad(struct planner *w, id call, const char *bias)
{
    const id y = w->g->call[call].output;
    if (w->written[w->g->value[y].storage])
        emit_function_grad(w, call, graph_activation(w->g, call));
    if (w->logits[y] != NOTHING)
        emit_head_grad(w, w->logits[y]);
    emit_inside_grads(w, call);
    if (bias && planner_wants_weight_grad(w, call, bias)) {
        struct step s = activation_step(w, call, &op_bias_grad);
        s.x[0] = planner_output_grad(w, call);
        s.y[0] = planner_weight_grad(w, call, bias, &s.add[0]);
        planner_emit(w, call, &s);
    }
}
